import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { declareClient, kubernetesOwner, listAuditEvents, query, recordAudit } from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { test as base } from '../testing/test.ts';
import type { AuditEventView, AuditPage } from './audit.schemas.ts';
import { EXPORTERS, toCell } from './audit-export.ts';
import { toAuditView, toPosition } from './audit-view.ts';

interface Someone {
  browser: Browser;
  id: string;
  name: string;
}

const test = base.extend<{ admin: Someone; someone: Someone }>({
  admin: async ({ signUp, em }, use) => {
    const name = `admin-${randomUUID().slice(0, 8)}`;
    const { browser, user } = await signUp(name);
    await query(em, 'update users set is_admin = true where id = $1', [user.id]);
    await use({ browser, id: user.id, name });
  },
  someone: async ({ signUp }, use) => {
    const name = `person-${randomUUID().slice(0, 8)}`;
    const { browser, user } = await signUp(name);
    await use({ browser, id: user.id, name });
  },
});

async function read(browser: Browser, url: string): Promise<AuditPage> {
  const answer = await browser.get(url);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

const namesOf = ({ events }: AuditPage) => events.map(({ event }) => event);

describe('one’s own audit log', () => {
  test('tells what one did and what was done to one, newest first, and nothing of others', async ({
    someone,
    signUp,
  }) => {
    await signUp(`other-${randomUUID().slice(0, 8)}`);

    const page = await read(someone.browser, '/api/account/audit-log');

    expect(namesOf(page)).toEqual(['signed_in', 'passkey_added', 'account_created']);
    expect(page).toMatchObject({
      next: null,
      events: [
        {
          actor: { kind: 'user', id: someone.id, name: someone.name },
          user: { id: someone.id, username: someone.name },
          target: { kind: 'session' },
          ip: '127.0.0.1',
          requestId: expect.any(String),
          details: { method: 'sign_up' },
        },
        {},
        {},
      ],
    });
  });

  test('tells who changed something of the account, but not from where', async ({
    admin,
    someone,
  }) => {
    await admin.browser.post(`/api/users/${someone.id}/login-link`);

    const own = await read(someone.browser, '/api/account/audit-log?event=login_link_created');
    const all = await read(
      admin.browser,
      `/api/audit-log?user=${someone.name}&event=login_link_created`,
    );

    expect(own.events).toMatchObject([
      { actor: { kind: 'user', name: admin.name }, ip: null, device: null, requestId: null },
    ]);
    expect(all.events).toMatchObject([{ ip: '127.0.0.1', requestId: expect.any(String) }]);
  });

  test('is asked for by nobody else', async ({ browser, admin, someone }) => {
    expect((await browser.get('/api/account/audit-log')).statusCode).toBe(401);
    expect((await browser.get('/api/account/audit-log/export?format=csv')).statusCode).toBe(401);
    const url = `/api/account/audit-log?user=${someone.name}`;
    expect((await admin.browser.get(url)).statusCode).toBe(400);
  });
});

describe('the audit log of all users', () => {
  test('is for administrators', async ({ browser, someone }) => {
    for (const url of ['/api/audit-log', '/api/audit-log/export?format=json']) {
      expect((await browser.get(url)).statusCode).toBe(401);
      expect((await someone.browser.get(url)).statusCode).toBe(403);
    }
  });

  test.for([
    ['a page of none', 'limit=0'],
    ['a page of all', 'limit=100000'],
    ['a place that is none', "before=1-1'--"],
    ['an event that does not exist', 'event=everything'],
    ['a date that is none', 'from=yesterday'],
    ['a filter that does not exist', 'order=actor'],
  ])('refuses %s', async ([, search], { admin }) => {
    expect((await admin.browser.get(`/api/audit-log?${search}`)).statusCode).toBe(400);
  });

  test('names resource, client and what was changed', async ({ admin, em }) => {
    const id = `wiki-${randomUUID()}`;
    const owner = kubernetesOwner('OIDCClient', 'apps', 'wiki');
    const wiki = clientDeclaration(id, { name: 'Wiki' });
    await declareClient(em, wiki, owner);
    await declareClient(em.fork(), { ...wiki, launchUrl: 'https://wiki.example.com' }, owner);

    const { events } = await read(admin.browser, `/api/audit-log?client=${id}`);

    expect(events).toMatchObject([
      {
        event: 'client_declared',
        actor: { kind: 'resource', name: 'OIDCClient/apps/wiki' },
        target: { kind: 'client', id, name: 'Wiki' },
        user: null,
        details: {
          changed: [{ field: 'launchUrl', actual: null, desired: 'https://wiki.example.com' }],
        },
      },
      { event: 'client_declared' },
    ]);
  });

  test('is filtered by everything at once', async ({ admin, em, someone }) => {
    const ip = '192.0.2.7';
    const origin = { ip, userAgent: 'Mozilla/5.0 (X11; Linux) Firefox/140', requestId: 'r-1' };
    const by = { actor: `user:${someone.id}`, userId: someone.id, origin };
    await recordAudit(em, {
      ...by,
      event: 'consent_given',
      target: 'client:a',
      details: { reason: 'needle' },
    });
    await recordAudit(em, { ...by, event: 'consent_given', target: 'client:b' });

    const search = new URLSearchParams({
      user: someone.name,
      event: 'consent_given',
      client: 'a',
      ip,
      from: new Date(Date.now() - 60_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
      text: 'needle',
    });
    const { events } = await read(admin.browser, `/api/audit-log?${search}`);
    search.set('to', search.get('from') ?? '');
    const before = await read(admin.browser, `/api/audit-log?${search}`);

    expect(events).toMatchObject([{ target: { id: 'a' }, device: 'Firefox on Linux' }]);
    expect(before.events).toEqual([]);
  });

  test('goes on page by page', async ({ admin, em }) => {
    const target = `group:${randomUUID()}`;
    for (let n = 0; n < 5; n += 1) {
      await recordAudit(em, {
        event: 'group_declared',
        actor: 'nobody',
        target,
        details: { attempts: n },
      });
    }

    const text = target.slice(6, 14);
    const seen: unknown[] = [];
    let next: string | null = '';
    while (next !== null) {
      const search = new URLSearchParams({ text, limit: '2', ...(next && { before: next }) });
      const page: AuditPage = await read(admin.browser, `/api/audit-log?${search}`);
      seen.push(...page.events.map(({ details }) => details.attempts));
      next = page.next;
    }

    expect(seen).toEqual([4, 3, 2, 1, 0]);
  });
});

describe('an export', () => {
  test.for(['client', 'ip', 'text', 'user'])(
    'is refused before it begins for a %s that no database can look for',
    async (filter, { admin }) => {
      const answer = await admin.browser.get(`/api/audit-log/export?format=csv&${filter}=%00`);

      expect(answer.statusCode).toBe(400);
    },
  );

  test('in JSON holds what the pages hold, and is told in the log', async ({ admin, em }) => {
    const ip = '192.0.2.8';
    await query(
      em,
      `insert into audit_events (at, event, actor, ip, details)
       select now() - make_interval(secs => n), 'signed_in', 'nobody', $1, jsonb_build_object('attempts', n)
       from generate_series(1, 2500) n`,
      [ip],
    );

    const answer = await admin.browser.get(`/api/audit-log/export?format=json&ip=${ip}`);
    const told = await read(admin.browser, '/api/audit-log?event=audit_log_exported');

    const { events, next }: AuditPage = answer.json();
    expect(answer.headers['content-disposition']).toMatch(
      /^attachment; filename="audit-log-.*\.json"$/,
    );
    expect(next).toBeNull();
    expect(events.map(({ details }) => details.attempts)).toEqual(
      Array.from({ length: 2500 }, (_, index) => index + 1),
    );
    expect(told.events[0]).toMatchObject({
      actor: { name: admin.name },
      details: { format: 'json', filter: { ip } },
    } satisfies DeepPartial<AuditEventView>);
  });

  test('ends at its limit, and says where to go on', async ({ em }) => {
    const ip = '192.0.2.9';
    await query(
      em,
      `insert into audit_events (at, event, actor, ip, details)
       select now() - make_interval(secs => n), 'signed_in', 'nobody', $1, '{}' from generate_series(1, 1500) n`,
      [ip],
    );
    const what = { query: { filter: { ip } }, toView: toAuditView };

    const whole = await text(EXPORTERS.csv.write(em, what));
    const part: AuditPage = JSON.parse(await text(EXPORTERS.json.write(em, what, 1_000)));
    const rest = await listAuditEvents(em, {
      filter: { ip },
      before: toPosition(part.next ?? ''),
      limit: 1_000,
    });

    expect(whole.split('\r\n')).toHaveLength(1 + 1_500 + 1);
    expect(part.events).toHaveLength(1_000);
    expect(rest).toHaveLength(500);
  });

  test('of nothing is a document all the same', async ({ admin }) => {
    const of = (format: string) =>
      admin.browser.get(`/api/audit-log/export?format=${format}&ip=192.0.2.99`);

    expect((await of('json')).json()).toEqual({ events: [], next: null });
    expect((await of('csv')).body.split('\r\n')).toEqual([
      expect.stringMatching(/^time,event,/),
      '',
    ]);
  });

  test('in CSV is carried out by no spreadsheet', async ({ admin, em }) => {
    const target = `client:=HYPERLINK("https://evil.example","x")`;
    await recordAudit(em, { event: 'client_declared', actor: '@nobody', target });

    const answer = await admin.browser.get('/api/audit-log/export?format=csv&text=hyperlink');

    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.body).toContain(`,"'=HYPERLINK(""https://evil.example"",""x"")",`);
  });

  test.for([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    [' =1', `"' =1"`],
    ['\t=1', `"'\t=1"`],
    ['＝1', `"'＝1"`],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['two\nlines', '"two\nlines"'],
  ])('writes the cell %j as %s', ([value = '', cell]) => {
    expect(toCell(value)).toBe(cell);
  });
});

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };
