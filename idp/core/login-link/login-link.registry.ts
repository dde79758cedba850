import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';

const LIFETIME_SECONDS = 3_600;

export interface LoginLink {
  id: string;

  /** Told here and never again. */
  token: string;
  expiresAt: Date;
}

/**
 * Makes a link that signs this person in once. It takes the place of those made before, and is worth nothing once the
 * account has another email address: whoever reads the old mailbox has no business here.
 */
export async function createLoginLink(em: EntityManager, userId: string): Promise<LoginLink> {
  const [id, token] = [randomUUID(), createToken()];
  const [row] = await query<{ expires_at: string }>(em, CREATE, [
    id,
    hashToken(token),
    userId,
    LIFETIME_SECONDS,
  ]);
  if (!row) {
    throw new Refusal('user_disabled', 'A disabled account gets no login link. Enable it first');
  }
  return { id, token, expiresAt: new Date(row.expires_at) };
}

const CREATE = `
with earlier as (delete from login_links where user_id = $3)
insert into login_links (id, token_hash, user_id, email, expires_at)
select $1, $2, id, email, now() + make_interval(secs => $4) from users where id = $3 and disabled_at is null
returning expires_at`;

/** Takes the link, as a compare-and-set: of any number of parallel uses one succeeds. Says whose it was. */
export async function consumeLoginLink(em: EntityManager, token: string): Promise<string> {
  const [row] = await query<{ user_id: string }>(em, CONSUME, [hashToken(token)]);
  if (!row) {
    throw new Refusal(
      'login_link_not_valid',
      'This link has expired, was already used, or was replaced by a newer one. Ask for a new one',
    );
  }
  return row.user_id;
}

const CONSUME = `
delete from login_links l using users u
 where l.token_hash = $1 and l.expires_at > now() and u.id = l.user_id and u.disabled_at is null and u.email = l.email
returning l.user_id`;
