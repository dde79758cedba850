import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { type Database, hashToken, type Keyring, query } from '#core';
import type { ClientCache } from './client/client-cache.ts';
import { createBound, networkOfStranger } from './oidc.strangers.ts';
import { seal, unseal } from './tokens/sealing.ts';

// Ids that are bearer values are kept as hashes. A grant's id is none, and other rows name it.
const NAMED_BY_OTHERS = new Set(['Grant']);

// A device asks every few seconds; until its next question an expired code is told from an unknown one.
const KEPT_LONGER: Record<string, number> = { DeviceCode: 60 };

interface Row {
  id: string;
  payload: AdapterPayload;
  consumed: number | null;
}

interface AdapterMeans {
  database: Database;
  clients: ClientCache;
  keyring: Keyring;
}

/** Where oidc-provider keeps what it makes. Plain SQL: it runs a dozen times in every sign-in. */
export function createAdapter({ database, clients, keyring }: AdapterMeans) {
  const execute: Execute = (sql, values) => query(database.em.fork(), sql, values);
  const boundStrangers = createBound(execute);

  return (model: string): Adapter => {
    if (model === 'Client') {
      return clientAdapter(clients);
    }
    const records = recordAdapter(model, { execute, keyring, boundStrangers });
    return model === 'Session' ? sessionAdapter({ execute, keyring }, records) : records;
  };
}

export function recordKey(model: string, id: string): string {
  return NAMED_BY_OTHERS.has(model) ? id : hashToken(`${model}:${id}`);
}

/** Short enough to be guessed from its hash, but not by a glance at the table. */
function userCodeKey(userCode: string): string {
  return hashToken(`UserCode:${userCode}`);
}

type Execute = <Row extends object>(sql: string, values: unknown[]) => Promise<Row[]>;

interface RecordMeans {
  execute: Execute;
  keyring: Keyring;
  boundStrangers: () => Promise<void>;
}

function recordAdapter(model: string, { execute, keyring, boundStrangers }: RecordMeans): Adapter {
  const keyOf = (id: string) => recordKey(model, id);
  const findWhere = async (where: string, value: string, id?: string) => {
    const [row] = await execute<Row>(
      `select id, payload, extract(epoch from consumed_at)::bigint::int as consumed
       from oidc_records where model = $1 and ${where} = $2`,
      [model, value],
    );
    return row && toPayload(keyring, row, id);
  };

  return {
    async upsert(id, payload, expiresIn) {
      const key = keyOf(id);
      const network = networkOfStranger(model, payload);
      if (network !== null) {
        await boundStrangers();
      }
      const sealed = seal(keyring, { model, key }, { ...payload, jti: id });
      const expiry = [expiresIn, KEPT_LONGER[model] ?? 0];
      await execute(UPSERT, [
        key,
        model,
        JSON.stringify(sealed),
        ...namesIn(payload),
        ...expiry,
        network,
      ]);
    },
    find: (id) => findWhere('id', keyOf(id), id),
    findByUid: (uid) => findWhere('uid', uid),
    findByUserCode: (userCode) => findWhere('user_code', userCodeKey(userCode)),
    async destroy(id) {
      await execute('delete from oidc_records where id = $1', [keyOf(id)]);
    },
    async revokeByGrantId(grantId) {
      await execute('delete from oidc_records where grant_id = $1', [grantId]);
    },
    /** Single use is this compare-and-set: of parallel exchanges one finds the row unused, the others nothing. */
    async consume(id) {
      const rows = await execute(
        'update oidc_records set consumed_at = now() where id = $1 and consumed_at is null returning id',
        [keyOf(id)],
      );
      if (rows.length === 0) {
        throw new errors.InvalidGrant('it was already used');
      }
    },
  };
}

/** What a payload is found by, or ends with. */
function namesIn(payload: AdapterPayload): (string | null)[] {
  return [
    payload.grantId ?? null,
    payload.uid ?? null,
    payload.userCode ? userCodeKey(payload.userCode) : null,
    payload.clientId ?? null,
    payload.accountId ?? null,
    payload.expiresWithSession ? (payload.sessionUid ?? null) : null,
  ];
}

// The look-ups turn a client or person who is just being deleted into null; foreign keys then have nothing to refuse.
const UPSERT = `
insert into oidc_records (id, model, payload, grant_id, uid, user_code, client_id, user_id, session_id, expires_at, network)
values ($1, $2, $3::jsonb, $4, $5, $6, (select id from clients where id = $7), (select id from users where id = $8::uuid),
        (select id from sessions where id = $9::uuid), now() + make_interval(secs => $10::float8 + $11::float8), $12)
on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at,
  client_id = excluded.client_id, user_id = excluded.user_id, session_id = excluded.session_id,
  network = case when excluded.network is not null then oidc_records.network end`;

function toPayload(
  keyring: Keyring,
  { id: key, payload, consumed }: Row,
  id: string | undefined,
): AdapterPayload {
  return {
    ...unseal(keyring, key, payload),
    ...(id && { jti: id }),
    ...(consumed && { consumed }),
  };
}

const QUESTION_SECONDS = 600;

interface SessionRow {
  uid: string;
  account: string;
  authenticated: number;
  expires: number;
  method: string;
  oidc: Record<string, unknown>;
}

/**
 * A session of oidc-provider is a row of `sessions` and the other way round: one cookie, one truth. Rows are made
 * by our own sign-in only; this adapter keeps what the OIDC layer remembers in them, and cannot revive an ended one.
 * Of a browser in which nobody is signed in only the question "sign out?" is remembered, for as long as it takes.
 */
function sessionAdapter(
  { execute, keyring }: Pick<RecordMeans, 'execute' | 'keyring'>,
  nobody: Adapter,
): Adapter {
  const findWhere = async (where: string, value: string, token?: string) => {
    const [row] = await execute<SessionRow>(
      `select s.id as uid, s.user_id as account, s.method, s.oidc,
              floor(extract(epoch from s.authenticated_at))::int as authenticated,
              floor(extract(epoch from s.expires_at))::int as expires
       from sessions s join users u on u.id = s.user_id
       where ${where} = $1 and s.expires_at > now() and u.disabled_at is null`,
      [value],
    );
    return row && toSession(keyring, row, token);
  };

  return {
    async upsert(token, payload) {
      const { accountId, authorizations, state, uid = '' } = payload;
      if (!accountId && state) {
        await nobody.upsert(token, payload, QUESTION_SECONDS);
      }
      if (accountId) {
        const place = { model: 'Session', key: uid };
        const kept = state ? seal(keyring, place, { authorizations, state }) : { authorizations };
        await execute(REMEMBER, [JSON.stringify(kept), hashToken(token)]);
      }
    },
    find: async (token) =>
      (await findWhere('s.token_hash', hashToken(token), token)) ?? nobody.find(token),
    findByUid: (uid) => findWhere('s.id', uid),
    findByUserCode: async () => undefined,
    async destroy(token) {
      await execute('delete from sessions where token_hash = $1', [hashToken(token)]);
      await nobody.destroy(token);
    },
    revokeByGrantId: async () => {},
    consume: async () => {},
  };
}

// A use like any other, so it moves the idle time on.
const REMEMBER = `
update sessions set oidc = $1::jsonb, expires_at = least(ends_at, now() + make_interval(secs => idle_seconds))
 where token_hash = $2 and expires_at > now()`;

function toSession(keyring: Keyring, row: SessionRow, token: string | undefined): AdapterPayload {
  return {
    kind: 'Session',
    ...(token && { jti: token }),
    uid: row.uid,
    accountId: row.account,
    loginTs: row.authenticated,
    exp: row.expires,
    ...authenticationMethods(row.method),
    ...unseal(keyring, row.uid, row.oidc),
  } as AdapterPayload;
}

/** RFC 8176: a verified passkey is possession of a key plus a user check. Signing up proves neither yet. */
export function authenticationMethods(method: string): { amr?: string[] } {
  return method === 'passkey' ? { amr: ['pop', 'user', 'mfa'] } : {};
}

function clientAdapter(clients: ClientCache): Adapter {
  const unused = async () => {};
  return {
    upsert: unused,
    destroy: unused,
    consume: unused,
    revokeByGrantId: unused,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    find: (id) => clients.find(id),
  };
}
