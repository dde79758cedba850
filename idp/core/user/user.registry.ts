import { LockMode } from '@mikro-orm/core';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { assertCustomClaims, type CustomClaim } from '../custom-claim/custom-claim.rules.ts';
import { AlreadyTaken, OwnedElsewhere, Refusal } from '../errors.ts';
import { listDifferences } from '../owner/adoption.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { type Language, User } from './user.entity.ts';
import { type PersonDetails, toDisplayName } from './user.rules.ts';

export async function findUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id });
}

export async function getUser(em: EntityManager, id: string): Promise<User> {
  const user = await findUser(em, id);
  if (!user) {
    throw new Refusal('not_found', `There is no user ${id}`);
  }
  return user;
}

export async function findUserByUsername(
  em: EntityManager,
  username: string,
): Promise<User | null> {
  return em.findOne(User, { username });
}

export async function findUserByEmail(em: EntityManager, email: string): Promise<User | null> {
  const [row] = await query<{ id: string }>(
    em,
    'select id from users where lower(email) = lower($1)',
    [email],
  );
  return row ? findUser(em, row.id) : null;
}

/** A person who may sign in, as the pages know them. */
export interface Person
  extends Pick<User, 'id' | 'username' | 'displayName' | 'email' | 'isAdmin'> {
  language: Language | null;
  picture: string | null;
}

/** Null also for who is disabled. */
export async function findPerson(em: EntityManager, id: string): Promise<Person | null> {
  const [person] = await query<Person>(
    em,
    `select id, username, display_name as "displayName", email, is_admin as "isAdmin", language, picture
     from users where id = $1 and disabled_at is null`,
    [id],
  );
  return person ?? null;
}

/** Asked before the passkey is made, so that nobody makes one for a name they cannot have. */
export async function assertPersonIsNew(em: EntityManager, details: PersonDetails): Promise<void> {
  const [taken] = await query<{ username: string }>(
    em,
    'select username from users where username = $1 or lower(email) = lower($2) order by username = $1 desc limit 1',
    [details.username, details.email],
  );
  if (taken?.username === details.username) {
    throw new AlreadyTaken('username', `The username "${details.username}" is taken`);
  }
  if (taken) {
    throw new AlreadyTaken('email', 'Another account uses this email address');
  }
}

/** Makes an account. Two at once for one name meet at the unique index: the later one is refused. */
export async function createUser(
  em: EntityManager,
  details: PersonDetails,
  { id, isAdmin }: { id: string; isAdmin: boolean },
): Promise<User> {
  await assertPersonIsNew(em, details);
  const user = em.create(User, { id, ...details, isAdmin, owner: ADMIN });
  try {
    await em.persist(user).flush();
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) {
      throw new AlreadyTaken(
        'username',
        'Somebody took this username or email address a moment ago',
      );
    }
    throw error;
  }
  return user;
}

/** Makes these the person's custom claims, and no others. In force at the next token; safe to repeat. */
export async function declareCustomClaims(
  em: EntityManager,
  userId: string,
  customClaims: CustomClaim[],
  by: Pick<AuditRecord, 'actor' | 'origin'>,
): Promise<void> {
  assertCustomClaims(customClaims);
  await em.transactional(async (tx) => {
    const user = await tx.findOne(User, userId, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!user) {
      throw new Refusal('not_found', 'There is no such person');
    }
    const changed = listDifferences(user, { customClaims });
    if (changed.length > 0) {
      user.customClaims = customClaims;
      const event = 'custom_claims_declared';
      const details = { changed };
      await recordAudit(tx, { ...by, event, userId, target: `user:${userId}`, details });
    }
  });
}

/** Refuses a change of what only the directory says about a person. */
export function assertOwnProfile({ username, owner }: User, what: string): void {
  if (owner !== ADMIN) {
    throw new OwnedElsewhere(`${what} of "${username}"`, owner);
  }
}

export interface ProfileChange {
  displayName?: string;
  language?: Language | null;
}

/** What people change of themselves without asking anybody. Says what the account is afterwards. */
export async function changeProfile(
  em: EntityManager,
  user: User,
  change: ProfileChange,
  by: Pick<AuditRecord, 'actor' | 'origin'>,
): Promise<User> {
  const { displayName, ...others } = change;
  if (displayName !== undefined) {
    assertOwnProfile(user, 'the name');
  }
  const columns = { ...others, ...(displayName && { displayName: toDisplayName(displayName) }) };
  const before = Object.fromEntries(
    Object.keys(columns).map((key) => [key, user[key as keyof ProfileChange] ?? null]),
  );
  await em.transactional(async (tx) => {
    tx.assign(user, columns);
    await tx.persist(user).flush();
    await recordAudit(tx, {
      ...by,
      event: 'account_changed',
      userId: user.id,
      details: { before, after: columns },
    });
  });
  return user;
}
