import pg from 'pg';
import type { Lane } from './lanes.ts';
import { type Row, spread } from './table.ts';

/** What a company with 10,000 people has after a while (product.md §7). */
const SEED = `
set session_replication_role = replica;
insert into users (id, username, display_name, email, owner, created_at, updated_at)
select gen_random_uuid(), 'user' || n, initcap(substr(md5(n::text), 1, 6)) || ' ' || initcap(substr(md5(n::text), 7, 8)),
       'user' || n || '@example.com', 'admin', now() - n * interval '1 minute', now()
  from generate_series(1, 10000) n;
insert into groups (id, name, display_name, members_are_exact, custom_claims, owner, created_at, updated_at)
select gen_random_uuid(), 'group' || n, 'Group ' || n, true, '[]', 'admin', now(), now() from generate_series(1, 200) n;
insert into group_members (group_id, user_id)
select g.id, u.id from users u cross join lateral generate_series(1, 5) k
  join groups g on g.name = 'group' || (1 + mod(abs(hashtext(u.username || k)), 200)) on conflict do nothing;
insert into clients (id, name, type, callback_urls, logout_callback_urls, grant_types, pkce_required, require_reauthentication,
  require_pushed_authorization_requests, skip_consent, id_token_signing_alg, access_mode, access_groups,
  federated_credentials, owner, created_at, updated_at)
select 'app' || n, 'Application ' || n, 'confidential', array['https://app' || n || '.example.com/callback'], '{}',
       '{authorization_code}', true, false, false, false, 'RS256', 'groups', array['group' || (1 + n % 200)],
       '[]', 'admin', now(), now()
  from generate_series(1, 1000) n;
insert into audit_events (at, event, actor, user_id, user_name, target, ip, details)
select now() - row_number() over () * interval '10 seconds', 'signed_in', 'user:' || u.id, u.id, u.username,
       'client:app' || k, '192.0.2.1', '{}'
  from users u cross join generate_series(1, 20) k;
set session_replication_role = default;
update users set is_admin = true where username = 'ada';
analyze;`;

/** The list pages of the settings, as they ask first and when somebody searches. */
const LISTS = [
  '/api/users',
  '/api/users?search=abc',
  '/api/users?search=nobody',
  '/api/users?sort=-createdAt',
  '/api/users?sort=displayName',
  '/api/groups',
  '/api/groups?search=group1',
  '/api/groups?sort=-members',
  '/api/clients',
  '/api/clients?search=99',
  '/api/audit-log',
  '/api/audit-log?client=app7',
  '/api/audit-log?user=user7',
  '/api/applications',
  '/api/api-keys',
  '/api/invites',
  '/api/mails',
  '/api/resources',
];

const LIMIT_MS = 50;
const WARM_UPS = 5;
const REQUESTS = 20;

/** Fills the database, and asks for each list again and again, one at a time: until the answer is here. */
export async function measureLists({ browser }: Lane, databaseUrl: string): Promise<Row[]> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  await database.query(SEED);
  await database.end();

  const rows: Row[] = [];
  for (const url of LISTS) {
    const samples: number[] = [];
    for (let request = -WARM_UPS; request < REQUESTS; request += 1) {
      const asked = performance.now();
      const { statusCode, body } = await browser.get(url);
      if (statusCode !== 200) {
        throw new Error(`${url} answers ${statusCode}: ${body}`);
      }
      if (request >= 0) {
        samples.push(performance.now() - asked);
      }
    }
    rows.push({ name: url, unit: 'ms', ...spread(samples), limit: LIMIT_MS, note: '' });
  }
  return rows;
}
