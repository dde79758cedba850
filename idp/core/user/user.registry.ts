import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { AlreadyTaken } from '../errors.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { User } from './user.entity.ts';
import type { PersonDetails } from './user.rules.ts';

export async function findUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id });
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
