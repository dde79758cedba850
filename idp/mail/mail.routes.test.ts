import { describe, expect, vi } from 'vitest';
import { declareSettings, kubernetesOwner, query, queueMail, type SmtpSettings } from '#core';
import type { Browser } from '../testing/browser.ts';
import { startMailServer } from '../testing/mail-server.ts';
import { test as base, startReplica } from '../testing/test.ts';
import type { MailPage } from './mail.schemas.ts';

const test = base.extend<{ admin: { browser: Browser; email: string } }>({
  admin: async ({ signUp, em }, use) => {
    const { browser, user } = await signUp(`admin-${Math.random().toString(36).slice(2, 8)}`);
    await query(em, 'update users set is_admin = true where id = $1', [user.id]);
    await use({ browser, email: user.email });
    await em.transactional(async (tx) => {
      await tx.execute('set local session_replication_role = replica');
      await query(tx, 'delete from settings');
    });
  },
});

const SERVER = {
  host: 'smtp.example.com',
  port: 587,
  tls: 'starttls',
  insecureSkipVerify: false,
  ca: null,
  fromAddress: 'id@example.com',
  fromName: 'Example ID',
  username: 'id',
};

async function save(browser: Browser, change: object, headers: Record<string, string> = {}) {
  return browser.send({
    method: 'PUT',
    url: '/api/settings/mail',
    payload: { ...SERVER, ...change },
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  });
}

describe('the mail server', () => {
  test('is saved, its password is encrypted, kept when it is not given, and never read back', async ({
    admin,
    em,
    services,
  }) => {
    const none = (await admin.browser.get('/api/settings/mail')).json();
    await save(admin.browser, { password: 'open sesame' });

    const answer = await save(admin.browser, { port: 2525 });

    const [row] = await query<{ value: SmtpSettings }>(em, `select value from settings`);
    const sealed = row?.value.auth?.password ?? '';
    expect(none).toBeNull();
    expect(answer.json()).toEqual({
      ...SERVER,
      port: 2525,
      hasPassword: true,
      owner: 'admin',
      version: expect.stringMatching(/./),
    });
    expect(JSON.stringify(row)).not.toContain('open sesame');
    expect(services.keyring.decrypt(sealed, 'settings/smtp/password')).toBe('open sesame');
  });

  test.for<[string, object]>([
    ['another host', { host: 'smtp.evil.example' }],
    ['whoever stands between', { insecureSkipVerify: true }],
  ])('never sends the password that is kept to %s', async ([, change], { admin, em }) => {
    await save(admin.browser, { password: 'open sesame' });

    const answer = await save(admin.browser, change);
    const anew = await save(admin.browser, { ...change, password: 'another' });

    expect(answer.json()).toMatchObject({ status: 422, field: 'password' });
    expect(anew.statusCode).toBe(200);
    const [row] = await query<{ value: SmtpSettings }>(em, 'select value from settings');
    expect(row?.value).toMatchObject(change);
  });

  test('that somebody changed meanwhile is not overwritten', async ({ admin: { browser } }) => {
    const tag = async () => String((await browser.get('/api/settings/mail')).headers.etag);
    const none = await tag();
    const first = await save(browser, { password: 'x' }, { 'if-match': none });
    const seen = await tag();

    const second = await save(browser, { password: 'y' }, { 'if-match': none });
    const raced = await Promise.all(
      [1, 2, 3, 4].map((port) => save(browser, { port }, { 'if-match': seen })),
    );

    expect(first.headers.etag).toBe(seen);
    expect(second.json()).toMatchObject({ status: 412, code: 'changed_meanwhile' });
    expect(raced.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412, 412]);
  });

  test('is changed under the name of the administrator, and from where', async ({ admin }) => {
    await save(admin.browser, { password: 'open sesame' });

    const { events } = (
      await admin.browser.get('/api/audit-log?event=settings_declared&limit=1')
    ).json();
    const { user } = (await admin.browser.get('/api/session')).json();
    expect(events).toMatchObject([
      {
        actor: { kind: 'user', id: user.id, name: user.username },
        target: { kind: 'settings', id: 'smtp' },
        ip: '127.0.0.1',
      },
    ]);
  });

  test.for<[string, object, string]>([
    ['a host with a scheme', { host: 'smtp://example.com' }, 'host'],
    ['port 0', { port: 0 }, 'port'],
    ['two senders', { fromAddress: 'a@example.com,b@example.com' }, 'fromAddress'],
    ['a sender with a line break', { fromName: 'A\r\nBcc: x@example.com' }, 'fromName'],
    ['a password without TLS', { tls: 'none', password: 'x' }, 'tls'],
    ['a certificate that is none', { ca: 'hello' }, 'ca'],
  ])('is refused with %s, which is named', async ([, change, field], { admin }) => {
    const answer = await save(admin.browser, { password: 'secret', ...change });

    expect(answer.json()).toMatchObject({ status: 422, code: 'invalid_input', field });
  });

  test('that an SMTPConfig declares is shown and cannot be changed here', async ({ admin, em }) => {
    const owner = kubernetesOwner('SMTPConfig', 'permiso', 'default');
    const value: SmtpSettings = {
      host: 'mail.example.com',
      port: 587,
      tls: 'starttls',
      ca: null,
      insecureSkipVerify: false,
      from: { address: 'id@example.com', name: null },
      auth: null,
    };
    await declareSettings(em, 'smtp', value, owner);

    const shown = (await admin.browser.get('/api/settings/mail')).json();
    const answer = await save(admin.browser, { username: null });

    expect(shown).toMatchObject({ host: 'mail.example.com', owner });
    expect(answer.json()).toMatchObject({ status: 409, code: 'owned_elsewhere' });
  });
});

describe('the messages', () => {
  test('tell what the server said, and a waiting one is tried again at once', async ({
    admin,
    database,
    databaseUrl,
  }) => {
    const server = await startMailServer();
    const refusal = Object.assign(new Error('greylisted, come back'), { responseCode: 451 });
    server.behave({ onRcptTo: (_address, _session, done) => done(refusal) });
    const replica = await startReplica({ database, databaseUrl });
    await vi.waitFor(() => expect(replica.services.changes.isLive).toBe(true));
    const list = async () => (await admin.browser.get('/api/mails')).json().mails;
    await save(admin.browser, {
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      username: null,
    });

    const { id } = (await admin.browser.post('/api/settings/mail/test')).json();
    await vi.waitFor(async () =>
      expect(await list()).toMatchObject([
        { id, kind: 'test', state: 'waiting', answer: '451 greylisted, come back' },
      ]),
    );
    server.behave({});
    const retried = await admin.browser.post(`/api/mails/${id}/retry`);
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ state: 'delivered' }]));
    const again = await admin.browser.post(`/api/mails/${id}/retry`);
    await replica.stop();
    await server.close();

    expect(retried.statusCode).toBe(204);
    expect(again.statusCode).toBe(404);
    expect(server.inbox[0]?.recipients).toEqual([admin.email]);
  });

  test('go on where the page before stopped', async ({ admin, em }) => {
    await query(em, 'delete from mails');
    await query(
      em,
      `insert into mails (id, key, kind, recipient, state, created_at, next_attempt_at)
       select gen_random_uuid(), n::text, 'test', n || '@example.com', 'failed', now() - n * interval '1 minute', null
         from generate_series(1, 120) n`,
    );
    const recipients: string[] = [];
    for (let before: string | null = null; ; ) {
      const url: string = `/api/mails${before ? `?before=${before}` : ''}`;
      const page: MailPage = (await admin.browser.get(url)).json();
      recipients.push(...page.mails.map(({ recipient }) => recipient));
      before = page.next;
      if (!before) {
        break;
      }
    }

    expect(recipients).toEqual(Array.from({ length: 120 }, (_, n) => `${n + 1}@example.com`));
  });

  test('to one person are listed alone', async ({ admin, signUp, em, services }) => {
    const { user } = await signUp('lost');
    const mail = { kind: 'test', recipient: user.email, language: null, values: {} } as const;
    await save(admin.browser, { password: 'open sesame' });
    await queueMail(em, services.keyring, mail);
    const theirs = await queueMail(em, services.keyring, { ...mail, userId: user.id });

    const { mails } = (await admin.browser.get(`/api/mails?user=${user.id}`)).json();

    expect(mails.map(({ id }: { id: string }) => id)).toEqual([theirs]);
    expect((await admin.browser.get('/api/mails?user=everybody')).statusCode).toBe(400);
  });

  test('and the mail server are for administrators', async ({ browser, signUp }) => {
    const { browser: hers } = await signUp('plain');
    const ask = async (who: Browser) => [
      (await who.get('/api/mails')).statusCode,
      (await who.get('/api/settings/mail')).statusCode,
      (await save(who, {})).statusCode,
      (await who.post('/api/settings/mail/test')).statusCode,
    ];

    expect(await ask(hers)).toEqual([403, 403, 403, 403]);
    expect(await ask(browser)).toEqual([401, 401, 401, 401]);
  });
});
