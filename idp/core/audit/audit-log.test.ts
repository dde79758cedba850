import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describe, expect } from 'vitest';
import { removeExpired } from '../cleanup/cleanup.registry.ts';
import { query } from '../query.ts';
import { person, test } from '../testing/test.ts';
import { createUser } from '../user/user.registry.ts';
import { deleteUser } from '../user/user-administration.registry.ts';
import { recordAudit } from './audit.registry.ts';
import { type AuditFilter, listAuditEvents, toStatement } from './audit-log.registry.ts';

const COUNT = 20_000;

/** A year of a company: 200 people, 97 clients, and an administrator who did something to each twentieth of them. */
async function generateEvents(em: EntityManager): Promise<void> {
  await query(
    em,
    `insert into audit_events (at, event, actor, actor_name, user_id, user_name, target, ip, details)
     select now() - interval '80 days' + make_interval(mins => n * 5),
            case when n % 5 = 0 then 'signed_in' else 'client_authorised' end,
            'user:' || id, case when n % 20 = 7 then 'root' else 'user' || n % 200 end, id, 'user' || n % 200,
            'client:app-' || n % 97, '10.0.' || n % 7 || '.' || n % 251, jsonb_build_object('scopes', array['openid'], 'reason', 'x' || n)
     from generate_series(1, $1::int) n, lateral (select (lpad((n % 200)::text, 8, '0') || '-0000-4000-8000-000000000000')::uuid as id) i`,
    [COUNT],
  );
  await em.execute('vacuum analyze audit_events');
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** How many events were looked at, by whatever way. */
function countRead(plan: Plan): number {
  const isEvent = plan['Relation Name'] === 'audit_events';
  const own = isEvent ? plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + countRead(part), own);
}

describe('a page of the audit log', () => {
  const old = new Date(Date.now() - 60 * 86_400_000);
  const filters: [string, AuditFilter][] = [
    ['everything', {}],
    ['one user', { user: 'user17' }],
    ['what one administrator did', { user: 'root' }],
    ['a user who never was', { user: 'ghost' }],
    ['an event', { event: 'signed_in' }],
    ['an event that never was', { event: 'group_retired' }],
    ['a client', { client: 'app-5' }],
    ['an address', { ip: '10.0.3.17' }],
    ['some days', { from: old, to: new Date(old.getTime() + 86_400_000) }],
    ['an event at a client long ago', { event: 'signed_in', client: 'app-5', to: old }],
    ['a word that is everywhere', { text: 'openid' }],
    ['a word that is there once', { text: 'x4242' }],
    ['a word that is nowhere', { text: 'zzz' }],
  ];

  test('is found without reading much more of the log than it shows', async ({ em }) => {
    await generateEvents(em);
    const read: Record<string, number> = {};
    for (const [name, filter] of filters) {
      const { sql, values } = toStatement({ filter, limit: 50 });
      const [row] = await query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        em,
        `explain (analyze, format json) ${sql}`,
        values,
      );
      read[name] = row ? countRead(row['QUERY PLAN'][0].Plan) : Number.NaN;
    }

    expect(Object.entries(read).filter(([, count]) => !(count <= COUNT / 20))).toEqual([]);
  });

  test('goes on where the last one ended, to the end, with every event once', async ({ em }) => {
    // Of one moment, so that only the id tells them apart.
    await query(
      em,
      `insert into audit_events (at, event, actor, actor_name, user_name, details)
       select now(), 'signed_in', 'nobody', 'eve', case when n % 3 = 0 then 'eve' end, '{}' from generate_series(1, 25) n`,
    );

    const ids: string[] = [];
    let before: Awaited<ReturnType<typeof listAuditEvents>>[number] | undefined;
    do {
      const lines = await listAuditEvents(em, { filter: { user: 'eve' }, before, limit: 4 });
      ids.push(...lines.map(({ id }) => id));
      before = lines.at(-1);
    } while (before);

    expect(ids).toHaveLength(25);
    expect(ids).toEqual(ids.toSorted((a, b) => Number(b) - Number(a)));
    expect(new Set(ids).size).toBe(25);
  });

  test.for([
    ['the beginning of a word', 'grafa'],
    ['several words in any order', 'ops grafana'],
    ['whatever stands between them', "'grafana' & | ! ops:*"],
    ['words with umlauts', 'größe'],
  ])('is found by %s', async ([, text = ''], { em }) => {
    const target = `client:grafana-${randomUUID()}`;
    await recordAudit(em, { event: 'client_declared', actor: 'nobody', target: 'client:other' });
    await recordAudit(em, {
      event: 'client_declared',
      actor: 'kubernetes:OIDCClient/ops/grafana',
      target,
      details: { name: 'Größe' },
    });

    const [found] = await listAuditEvents(em, { filter: { text }, limit: 1 });

    expect(found?.target).toBe(target);
  });
});

describe('an event', () => {
  test('outlives its people and still names them', async ({ em }) => {
    const [admin, user] = [randomUUID(), randomUUID()];
    await createUser(em, person('boss'), { id: admin, isAdmin: true });
    await createUser(em, person('gone'), { id: user, isAdmin: false });
    await recordAudit(em, { event: 'signed_in', actor: `user:${user}`, userId: user });

    await deleteUser(em, user, { actor: `user:${admin}` });

    const names = (await listAuditEvents(em, { filter: { user: 'gone' }, limit: 10 })).map(
      ({ event, actorName, userName }) => ({ event, actorName, userName }),
    );
    expect(names).toEqual([
      { event: 'user_deleted', actorName: 'boss', userName: 'gone' },
      { event: 'signed_in', actorName: 'gone', userName: 'gone' },
    ]);
  });

  test('is not told to the next person of the same name', async ({ em }) => {
    const [before, now] = [randomUUID(), randomUUID()];
    await createUser(em, person('namesake'), { id: before, isAdmin: false });
    await recordAudit(em, { event: 'signed_in', actor: `user:${before}`, userId: before });
    await query(em, 'delete from users where id = $1', [before]);
    await createUser(em.fork(), person('namesake'), { id: now, isAdmin: false });

    const own = await listAuditEvents(em, {
      own: { id: now, username: 'namesake' },
      filter: {},
      limit: 10,
    });

    expect(own).toEqual([]);
  });

  test.for([
    ['changed', 'update audit_events set actor = actor'],
    ['removed', 'delete from audit_events'],
    ['removed with all others', 'truncate audit_events'],
    [
      'removed before a day is over',
      `set permiso.audit_retention_days = '0'; delete from audit_events`,
    ],
    [
      'removed before its time',
      `set permiso.audit_retention_days = '90'; delete from audit_events where event = 'old'`,
    ],
  ])('is not %s, whoever asks', async ([, sql = ''], { em }) => {
    await query(
      em,
      `insert into audit_events (at, event, actor, details)
       values (now(), 'new', 'nobody', '{}'), (now() - interval '89 days', 'old', 'nobody', '{}')`,
    );

    const refused = em.transactional((tx) => tx.execute(sql));

    await expect(refused).rejects.toMatchObject({ code: '42501' });
  });

  test('is removed by its age alone', async ({ em }) => {
    await query(
      em,
      `insert into audit_events (at, event, actor, details)
       values (now() - interval '29 days', 'young', 'aged', '{}'), (now() - interval '31 days', 'old', 'aged', '{}')`,
    );

    await removeExpired(em, { auditLogRetentionDays: 30 });

    expect(await query(em, `select event from audit_events where actor = 'aged'`)).toEqual([
      { event: 'young' },
    ]);
  });
});
