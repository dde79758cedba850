import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AlreadyTaken } from '../errors.ts';
import { ADMIN } from '../owner/owner.ts';
import { User } from './user.entity.ts';
import type { PersonDetails } from './user.rules.ts';

export async function findUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id });
}

/** Asked before the passkey is made, so that nobody makes one for a name they cannot have. */
export async function assertPersonIsNew(em: EntityManager, details: PersonDetails): Promise<void> {
  const [taken] = await em.execute<{ username: string }[]>(
    'select username from users where username = ? or lower(email) = lower(?) order by username = ? desc limit 1',
    [details.username, details.email, details.username],
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
  isAdmin: boolean,
): Promise<User> {
  await assertPersonIsNew(em, details);
  const user = em.create(User, { id: randomUUID(), ...details, isAdmin, owner: ADMIN });
  await em.persist(user).flush();
  return user;
}
