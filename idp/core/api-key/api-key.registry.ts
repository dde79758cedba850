import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { createToken, hashToken } from '../encryption/token.ts';
import { InvalidInput, Refusal } from '../errors.ts';
import { query } from '../query.ts';
import type { Person } from '../user/user.registry.ts';
import { toDisplayName } from '../user/user.rules.ts';

export type ApiKeyScope = 'read-only' | 'full';

/** Tells people and scanners of repositories what they have found. */
const PREFIX = 'permiso_';

/** More than anybody can tell apart. */
const MOST = 50;

type By = Pick<AuditRecord, 'actor' | 'origin'>;

export interface NewApiKey {
  userId: string;
  name: string;
  scope: ApiKeyScope;

  /** Null: until it is revoked. */
  expiresAt: Date | null;
}

/** Makes a key that does what its owner may do, now and when it is used. The token is told here and never again. */
export async function createApiKey(
  em: EntityManager,
  { userId, name: typed, scope, expiresAt }: NewApiKey,
  by: By,
): Promise<{ id: string; token: string }> {
  assertFuture(expiresAt);
  const name = toDisplayName(typed, 'name');
  const [id, token] = [randomUUID(), PREFIX + createToken()];
  await em.transactional(async (tx) => {
    await assertMayHaveAnother(tx, userId);
    await query(tx, CREATE, [id, hashToken(token), userId, name, scope, expiresAt]);
    const details = { name, scope, expiresAt };
    await record(tx, by, { event: 'api_key_created', id, userId, details });
  });
  return { id, token };
}

/** Holds the row of the owner, so that of two at once the later one counts the earlier. */
async function assertMayHaveAnother(em: EntityManager, userId: string): Promise<void> {
  const owner = 'select 1 from users where id = $1 and disabled_at is null for update';
  if ((await query(em, owner, [userId])).length === 0) {
    throw new Refusal('user_disabled', 'This account is disabled or gone, and gets no API key');
  }
  const count = 'select count(*)::int as keys from api_keys where user_id = $1';
  const [counted] = await query<{ keys: number }>(em, count, [userId]);
  if (counted && counted.keys >= MOST) {
    throw new Refusal('too_many_api_keys', `There are ${MOST} API keys. Revoke one first`);
  }
}

const CREATE = `
insert into api_keys (id, token_hash, user_id, name, scope, is_admin, expires_at)
select $1, $2, id, $4, $5, is_admin, $6 from users where id = $3`;

/** Another token for the same key; the one before is worth nothing from now on. */
export async function renewApiKey(
  em: EntityManager,
  { id, userId, expiresAt }: { id: string; userId: string; expiresAt: Date | null },
  by: By,
): Promise<{ token: string }> {
  assertFuture(expiresAt);
  const token = PREFIX + createToken();
  await em.transactional(async (tx) => {
    const values = [id, userId, hashToken(token), expiresAt];
    const [renewed] = await query<{ name: string }>(tx, RENEW, values);
    if (!renewed) {
      throw notFound();
    }
    const details = { name: renewed.name, expiresAt };
    await record(tx, by, { event: 'api_key_renewed', id, userId, details });
  });
  return { token };
}

const RENEW = `
update api_keys k set token_hash = $3, expires_at = $4, issued_at = now(), warned_at = null, is_admin = u.is_admin
  from users u where k.id = $1 and k.user_id = $2 and u.id = k.user_id returning k.name`;

/** Dead at once. Of this person, or whoever's it is when none is named. */
export async function revokeApiKey(
  em: EntityManager,
  { id, userId }: { id: string; userId?: string },
  by: By,
): Promise<void> {
  await em.transactional(async (tx) => {
    const [key] = await query<{ name: string; userId: string }>(tx, HOLD, [id, userId ?? null]);
    if (!key) {
      throw notFound();
    }
    // First, because a key that ends itself has no owner to name afterwards.
    const details = { name: key.name };
    await record(tx, by, { event: 'api_key_revoked', id, userId: key.userId, details });
    await query(tx, 'delete from api_keys where id = $1', [id]);
  });
}

const HOLD = `
select name, user_id as "userId" from api_keys
 where id = $1 and user_id = coalesce($2, user_id) for update`;

/** Who a key speaks for. `isAdmin` is what the key may, not its owner. */
export interface KeyHolder {
  keyId: string;
  scope: ApiKeyScope;
  user: Person;
}

/** Null when it was revoked, has expired, or its owner is gone, disabled or no administrator any more. */
export async function findApiKey(em: EntityManager, token: string): Promise<KeyHolder | null> {
  if (!token.startsWith(PREFIX)) {
    return null;
  }
  const [row] = await query<FoundKey>(em, FIND, [hashToken(token)]);
  if (!row) {
    return null;
  }
  const { keyId, scope, isUnnoticed, ...user } = row;
  if (isUnnoticed) {
    await query(em, NOTICE, [keyId]);
  }
  return { keyId, scope, user };
}

interface FoundKey extends Person {
  keyId: string;
  scope: ApiKeyScope;

  /** Its last use is to be written again. Once a minute is often enough. */
  isUnnoticed: boolean;
}

const FIND = `
select k.id as "keyId", k.scope, k.is_admin as "isAdmin",
       k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as "isUnnoticed",
       u.id, u.username, u.display_name as "displayName", u.email, u.language
from api_keys k join users u on u.id = k.user_id
where k.token_hash = $1 and (k.expires_at is null or k.expires_at > now())
  and u.disabled_at is null and (u.is_admin or not k.is_admin)`;

const NOTICE = `
update api_keys set last_used_at = now()
 where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`;

export interface ApiKey {
  id: string;
  name: string;
  scope: ApiKeyScope;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  owner: { id: string; username: string };

  /** Why it works or does not. */
  state: 'active' | 'expired' | 'owner_disabled' | 'owner_demoted';
}

export interface ApiKeyFilter {
  /** Only this person's. */
  userId?: string | undefined;

  /** Part of its name or of the user name of its owner. */
  search?: string | undefined;

  /** The id of the key after which to go on. */
  after?: string | undefined;
  limit: number;
}

/** The newest first. */
export async function listApiKeys(
  em: EntityManager,
  { userId, search = '', after, limit }: ApiKeyFilter,
): Promise<ApiKey[]> {
  const pattern = search && `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const values = [userId ?? null, pattern || null, after ?? null, limit];
  const rows = await query<Omit<ApiKey, 'owner'> & { userId: string; username: string }>(
    em,
    LIST,
    values,
  );
  return rows.map(({ userId: id, username, ...key }) => ({ ...key, owner: { id, username } }));
}

const iso = (column: string) =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const LIST = `
select k.id, k.name, k.scope, ${iso('k.created_at')} as "createdAt", ${iso('k.expires_at')} as "expiresAt",
       ${iso('k.last_used_at')} as "lastUsedAt", u.id as "userId", u.username,
       case when k.expires_at <= now() then 'expired' when u.disabled_at is not null then 'owner_disabled'
            when k.is_admin and not u.is_admin then 'owner_demoted' else 'active' end as state
from api_keys k join users u on u.id = k.user_id
where ($1::uuid is null or k.user_id = $1) and ($2::text is null or k.name ilike $2 or u.username ilike $2)
  and ($3::uuid is null or (k.created_at, k.id) < (select created_at, id from api_keys where id = $3))
order by k.created_at desc, k.id desc limit $4`;

interface Happened {
  event: AuditRecord['event'];
  id: string;
  userId: string;
  details: Record<string, unknown>;
}

async function record(em: EntityManager, by: By, { id, ...happened }: Happened): Promise<void> {
  await recordAudit(em, { ...by, ...happened, target: `api-key:${id}` });
}

function assertFuture(expiresAt: Date | null): void {
  if (expiresAt && !(expiresAt.getTime() > Date.now())) {
    throw new InvalidInput('expiresAt', 'The expiry date must be in the future');
  }
}

function notFound(): Refusal {
  return new Refusal('not_found', 'There is no such API key; it may have been revoked');
}
