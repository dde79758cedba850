import type { EntityManager } from '@mikro-orm/postgresql';
import { describe, expect } from 'vitest';
import { declareClient } from '../client/client.registry.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, test } from '../testing/test.ts';
import { removeExpired } from './cleanup.registry.ts';
import { repeat } from './repeat.ts';

const OPTIONS = { auditLogRetentionDays: 90 };
const USER = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';

async function insertCeremonies(em: EntityManager, count: number, expiry: string): Promise<void> {
  await query(
    em,
    `insert into ceremonies (challenge, kind, browser_hash, details, expires_at)
     select gen_random_uuid(), 'sign_in', 'x', '{}', now() + $2::interval from generate_series(1, $1::int)`,
    [count, expiry],
  );
}

async function countOf(em: EntityManager, table: string): Promise<number> {
  const [row] = await query<{ count: number }>(em, `select count(*)::int as count from ${table}`);
  return row?.count ?? 0;
}

/** For each table a row that is just over and one that is just not. */
const PAIRS = `
insert into users (id, username, display_name, email, custom_claims, owner, created_at, updated_at)
  values ('${USER}', 'ada', 'Ada', 'ada@example.com', '[]', 'admin', now(), now());
insert into redirect_mismatches select name, 'https://x', now() + t
  from (values ('old', interval '-8 days'), ('new', '-6 days')) as v(name, t);
insert into oidc_records (id, model, payload, expires_at)
  select name, 'AccessToken', '{}', now() + t from (values ('gone', interval '-1 second'), ('kept', '1 hour')) as v(name, t);
insert into sessions (id, token_hash, user_id, method, authenticated_at, ends_at, expires_at, created_at)
  select gen_random_uuid(), name, '${USER}', 'passkey', now(), now() + t, now() + t, now()
  from (values ('gone', interval '-1 second'), ('kept', '1 hour')) as v(name, t);
insert into known_browsers
  select '${USER}', name, now() - t from (values ('gone', interval '401 days'), ('kept', '399 days')) as v(name, t);
insert into login_links (id, token_hash, user_id, email, expires_at)
  select gen_random_uuid(), name, '${USER}', 'ada@example.com', now() + t
  from (values ('gone', interval '-1 second'), ('kept', '1 hour')) as v(name, t);
insert into users (id, username, display_name, email, custom_claims, owner, created_at, updated_at)
  values ('${OTHER}', 'bob', 'Bob', 'bob@example.com', '[]', 'admin', now(), now());
insert into email_verifications (user_id, token_hash, email, replaces, expires_at)
  select who::uuid, name, 'x@example.com', 'y@example.com', now() + t
  from (values ('${USER}', 'gone', interval '-1 second'), ('${OTHER}', 'kept', '1 hour')) as v(who, name, t);
insert into client_secrets select gen_random_uuid(), 'wiki', name, 'web', now(), now() + t
  from (values ('gone', interval '-1 second'), ('kept', '1 hour'), ('kept', null)) as v(name, t);
insert into rate_limits select name, 1, now() + t from (values ('gone', interval '-1 second'), ('kept', '1 hour')) as v(name, t);
insert into invites (id, token_hash, created_by, expires_at, uses, groups, created_at)
  select gen_random_uuid(), name, '${USER}', now() + t, 0, '{}', now()
  from (values ('gone', interval '-31 days'), ('kept', '-29 days'), ('kept too', '1 day')) as v(name, t);
insert into backchannel_logouts (client_id, user_id, sid, next_attempt_at, created_at)
  select 'wiki', '${USER}', name, next, now() + t
  from (values ('gone', null::timestamptz, interval '-8 days'), ('kept', null, '-6 days'), ('kept too', now(), '-8 days'))
    as v(name, next, t);
insert into directory_syncs (state, actor, held_until, finished_at)
  select state, 'ldap', now(), now() + t
  from (values ('succeeded', interval '-40 days'), ('failed', '-39 days'), ('succeeded', '-38 days'), ('failed', '-1 day')) as v(state, t);
insert into mails (id, key, kind, recipient, sealed_values, state, created_at)
  select gen_random_uuid(), name, 'test', 'ada@example.com', sealed, state, now() + t
  from (values ('gone', 'delivered', null, interval '-31 days'), ('kept', 'failed', null, '-29 days'),
               ('waits', 'waiting', 'sealed', '-31 days')) as v(name, state, sealed, t);
insert into images select name, 'png', '', now() + t
  from (values ('gone', interval '-61 minutes'), ('kept', '-59 minutes'), ('shown', '-1 day')) as v(name, t);
update users set picture = 'shown' where id = '${USER}';
insert into audit_events (at, event, actor, details)
  select now() + t, name, 'nobody', '{}' from (values ('gone', interval '-91 days'), ('kept', '-89 days')) as v(name, t);
insert into resources (kind, namespace, name, ready, reason, message, updated_at)
  values ('Group', 'apps', 'kept', true, 'Declared', '', now() - interval '10 years');`;

const REMAINING = `
select (select array_agg(id) from oidc_records) as records, (select array_agg(token_hash) from sessions) as sessions,
       (select array_agg(browser_hash) from known_browsers) as browsers,
       (select array_agg(token_hash) from login_links) as links,
       (select array_agg(token_hash) from email_verifications) as verifications,
       (select array_agg(hash) from client_secrets) as secrets,
       (select array_agg(client_id) from redirect_mismatches) as mismatches,
       (select array_agg(token_hash order by token_hash) from invites) as invites,
       (select array_agg(name order by name) from images) as images,
       (select array_agg(sid order by sid) from backchannel_logouts) as logouts,
       (select array_agg(state order by id) from directory_syncs) as syncs,
       (select array_agg(key order by key) from mails) as mails, (select array_agg(key) from rate_limits) as limits,
       (select array_agg(event) from audit_events where actor = 'nobody') as events, (select array_agg(name) from resources) as resources`;

describe('clean-up', () => {
  test('removes what is over and nothing that lives', async ({ em }) => {
    for (const id of ['wiki', 'old', 'new']) {
      await declareClient(em, clientDeclaration(id), ADMIN);
    }
    await em.execute(PAIRS);

    const removed = await removeExpired(em, OPTIONS);

    expect(removed).toEqual({
      oidc_records: 1,
      ceremonies: 0,
      sessions: 1,
      login_links: 1,
      email_verifications: 1,
      known_browsers: 1,
      client_secrets: 1,
      backchannel_logouts: 1,
      redirect_mismatches: 1,
      directory_syncs: 2,
      mails: 1,
      rate_limits: 1,
      invites: 1,
      images: 1,
      audit_events: 1,
    });
    expect(await query(em, REMAINING)).toEqual([
      {
        records: ['kept'],
        sessions: ['kept'],
        browsers: ['kept'],
        links: ['kept'],
        verifications: ['kept'],
        secrets: ['kept', 'kept'],
        mismatches: ['new'],
        syncs: ['succeeded', 'failed'],
        invites: ['kept', 'kept too'],
        images: ['kept', 'shown'],
        logouts: ['kept', 'kept too'],
        mails: ['kept', 'waits'],
        events: ['kept'],
        limits: ['kept'],
        resources: ['kept'],
      },
    ]);
  });

  test('by three replicas at once goes in batches and removes each row once', async ({
    database,
    em,
  }) => {
    await em.execute(`
      create table batches (size integer);
      create function record_batch() returns trigger language plpgsql as $$
      begin insert into batches select count(*) from gone; return null; end $$;
      create trigger record_batch after delete on ceremonies referencing old table as gone
        for each statement execute function record_batch();`);
    await insertCeremonies(em, 2_500, '-1 second');
    await insertCeremonies(em, 10, '1 hour');

    const removed = await Promise.all(
      [1, 2, 3].map(() => removeExpired(database.em.fork(), OPTIONS)),
    );

    const [batches] = await query<{ largest: number; sum: number }>(
      em,
      'select max(size) as largest, sum(size)::int as sum from batches',
    );
    expect(removed.reduce((sum, { ceremonies = 0 }) => sum + ceremonies, 0)).toBe(2_500);
    expect(batches).toEqual({ largest: 1_000, sum: 2_500 });
    expect(await countOf(em, 'ceremonies')).toBe(10);
  });

  test('leaves a row that somebody holds, and does not wait for it', async ({ database, em }) => {
    await query(em, 'delete from ceremonies');
    await insertCeremonies(em, 2, '-1 second');

    const removed = await em.transactional(async (tx) => {
      await query(tx, 'select 1 from ceremonies limit 1 for update');
      return removeExpired(database.em.fork(), OPTIONS);
    });

    expect(removed.ceremonies).toBe(1);
    expect(await countOf(em, 'ceremonies')).toBe(1);
  });
});

describe('a chore', () => {
  test('is done again after a failure, until the signal ends it', async () => {
    const stopping = new AbortController();
    const errors: unknown[] = [];
    let runs = 0;

    await repeat(
      async () => {
        runs += 1;
        if (runs === 3) {
          stopping.abort();
        }
        throw new Error(`run ${runs}`);
      },
      { everyMs: 1, signal: stopping.signal, onError: (error) => errors.push(error) },
    );

    expect(errors).toEqual([new Error('run 1'), new Error('run 2'), new Error('run 3')]);
  });
});
