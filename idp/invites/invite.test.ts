import { describe, expect, vi } from 'vitest';
import { type EntityManager, query } from '#core';
import { person } from '#core/testing';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { startMailServer, useMailServer } from '../testing/mail-server.ts';
import { test as base, ORIGIN, startReplica } from '../testing/test.ts';

const test = base.extend<{
  /** Mail is on, and nothing sends it: what is queued stays to be looked at. */
  mailOn: EntityManager;
}>({
  mailOn: async ({ em }, use) => {
    await useMailServer(em, 1);
    await use(em);
    await query(em, `delete from settings where key = 'smtp'`);
  },
});

const tomorrow = () => new Date(Date.now() + 24 * 3_600_000).toISOString();

async function list(browser: Browser) {
  return (await browser.get('/api/invites')).json();
}

async function revoke(browser: Browser, id: string) {
  return browser.send({
    method: 'DELETE',
    url: `/api/invites/${id}`,
    headers: { 'sec-fetch-site': 'same-origin' },
  });
}

async function signUpBy(browser: Browser, url: string, details: ReturnType<typeof person>) {
  const path = `/api/sign-up/${url.split('/').at(-1)}`;
  const options = await browser.post(`${path}/options`, details);
  if (options.statusCode !== 200) {
    return options;
  }
  const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
  return browser.post(path, { credential });
}

describe('invites', () => {
  test('are made, listed and revoked by administrators only', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');
    const ask = async (who: Browser) => [
      (await who.get('/api/invites')).statusCode,
      (await who.post('/api/invites', { expiresAt: tomorrow() })).statusCode,
      (await who.post('/api/invites/mailed', { emails: ['a@b.example'], expiresAt: tomorrow() }))
        .statusCode,
      (await revoke(who, crypto.randomUUID())).statusCode,
    ];

    expect(await ask(browser)).toEqual([401, 401, 401, 401]);
    expect(await ask(member)).toEqual([403, 403, 403, 403]);
  });

  test('are listed with who made them and what became of them, and never with their link', async ({
    admin,
    browser,
    em,
  }) => {
    await query(em, 'delete from invites');
    const terms = { expiresAt: tomorrow(), usageLimit: 1, groups: ['later'] };
    const { url } = (await admin.post('/api/invites', terms)).json();
    await admin.post('/api/invites', { expiresAt: tomorrow() });
    await signUpBy(browser, url, person('invited'));

    const answer = await admin.get('/api/invites');

    const me = (await admin.get('/api/session')).json().user.displayName;
    expect(answer.json().invites).toMatchObject([
      { state: 'usable', uses: 0, usageLimit: null, groups: [], mail: null, createdBy: me },
      { state: 'used_up', uses: 1, usageLimit: 1, groups: ['later'], mail: null, createdBy: me },
    ]);
    expect(answer.body).not.toContain(url.split('/').at(-1));
  });

  test('say when they have expired or were revoked', async ({ admin, em }) => {
    await query(em, 'delete from invites');
    await admin.post('/api/invites', { expiresAt: tomorrow() });
    await query(em, `update invites set expires_at = now() - interval '1 second'`);
    await admin.post('/api/invites', { expiresAt: tomorrow() });
    await revoke(admin, (await list(admin)).invites[0].id);

    expect((await list(admin)).invites.map(({ state }: { state: string }) => state)).toEqual([
      'revoked',
      'expired',
    ]);
  });

  test.for([
    ['no date', { expiresAt: 'soon' }],
    ['a date that is over', { expiresAt: new Date(Date.now() - 1_000).toISOString() }],
  ] as const)('with %s are refused', async ([, terms], { admin }) => {
    const answer = await admin.post('/api/invites', terms);

    expect(answer.json()).toMatchObject({ status: 422, field: 'expiresAt' });
  });
});

describe('revoking an invite', () => {
  test('closes the link, keeps its mail from leaving, and may be repeated', async ({
    admin,
    browser,
    mailOn: em,
  }) => {
    const { url } = (await admin.post('/api/invites', { expiresAt: tomorrow() })).json();
    const [byLink] = (await list(admin)).invites;
    const mailed = { emails: ['late@example.com'], expiresAt: tomorrow() };
    await admin.post('/api/invites/mailed', mailed);
    const [byMail] = (await list(admin)).invites;

    const answers = [
      await revoke(admin, byLink.id),
      await revoke(admin, byMail.id),
      await revoke(admin, byMail.id),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204]);
    expect((await browser.get(`/api/sign-up/${url.split('/').at(-1)}`)).statusCode).toBe(404);
    expect(
      await query(
        em,
        `select state, sealed_values from mails where recipient = 'late@example.com'`,
      ),
    ).toEqual([{ state: 'failed', sealed_values: null }]);
    expect(
      await query(em, `select 1 from audit_events where event = 'invite_revoked' and target = $1`, [
        `invite:${byLink.id}`,
      ]),
    ).toHaveLength(1);
  });

  test('that never was says so', async ({ admin }) => {
    expect((await revoke(admin, crypto.randomUUID())).statusCode).toBe(404);
  });
});

describe('an invite by mail', () => {
  test('brings each address a link of its own, on APP_URL, which nobody else learns', async ({
    admin,
    database,
    databaseUrl,
    em,
  }) => {
    const server = await startMailServer();
    await useMailServer(em, server.port);
    const replica = await startReplica({ database, databaseUrl });
    await vi.waitFor(() => expect(replica.services.changes.isLive).toBe(true));

    const answer = await admin.send({
      method: 'POST',
      url: '/api/invites/mailed',
      payload: {
        emails: ['grace@example.com', 'edsger@example.com', ' grace@example.com '],
        expiresAt: tomorrow(),
      },
      headers: {
        'sec-fetch-site': 'same-origin',
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
      },
    });
    await vi.waitFor(() => expect(server.inbox).toHaveLength(2), { timeout: 5_000 });
    const delivered = () => list(admin).then(({ invites }) => invites.slice(0, 2));
    await vi.waitFor(async () =>
      expect(await delivered()).toMatchObject([
        { mail: { state: 'delivered', answer: expect.stringContaining('250') } },
        { mail: { state: 'delivered' } },
      ]),
    );
    await replica.stop();
    await server.close();

    expect(answer.statusCode).toBe(201);
    const links = server.inbox.map(({ email }) => email.text?.match(/https:\/\/\S+signup\S+/)?.[0]);
    expect(new Set(links).size).toBe(2);
    for (const link of links) {
      expect(link).toMatch(/^https:\/\/id\.example\.com\/signup\/[\w-]{43}$/);
      expect(answer.body).not.toContain(link?.split('/').at(-1));
    }
    expect(server.inbox.map(({ recipients }) => recipients).toSorted()).toEqual([
      ['edsger@example.com'],
      ['grace@example.com'],
    ]);
  });

  test.for([
    ['two addresses in one', 'a@b.example,evil@x.example'],
    ['a second header', 'a@b.example\r\nbcc: x@y.example'],
    ['a name around it', 'Ada <ada@example.com>'],
    ['no address', 'ada'],
  ])(
    'to %s is refused, and no other of the same request leaves',
    async ([, bad], { admin, mailOn: em }) => {
      await query(em, 'delete from mails');

      const answer = await admin.post('/api/invites/mailed', {
        emails: ['good@example.com', bad],
        expiresAt: tomorrow(),
      });

      expect(answer.json()).toMatchObject({ status: 422, code: 'invalid_input', field: 'emails' });
      expect(await query(em, 'select 1 from mails')).toEqual([]);
    },
  );

  test('goes to fifty at most', async ({ admin, mailOn: em }) => {
    const emails = Array.from({ length: 51 }, (_, n) => `person-${n}@example.com`);
    await query(em, 'delete from mails');

    const tooMany = await admin.post('/api/invites/mailed', { emails, expiresAt: tomorrow() });
    const enough = await admin.post('/api/invites/mailed', {
      emails: emails.slice(1),
      expiresAt: tomorrow(),
    });

    expect([tooMany.statusCode, enough.statusCode]).toEqual([400, 201]);
    expect(await query(em, 'select 1 from mails')).toHaveLength(50);
  });

  test('is refused while mail is off, and leaves no link that nobody knows', async ({
    admin,
    em,
  }) => {
    const before = await query(em, 'select 1 from invites');

    const answer = await admin.post('/api/invites/mailed', {
      emails: ['a@b.example'],
      expiresAt: tomorrow(),
    });

    expect(answer.json()).toMatchObject({ status: 409, code: 'mail_off' });
    expect(await query(em, 'select 1 from invites')).toHaveLength(before.length);
    expect((await list(admin)).mailOn).toBe(false);
  });

  test.for([
    ['that it was sent to, which is verified by that', 'linus@example.com', true],
    ['that is another one, which is not', 'other@example.com', false],
  ] as const)(
    'makes one account with the address %s',
    async ([, email, verified], { admin, app, mailOn: em, services: { keyring } }) => {
      await query(em, 'delete from mails');
      await admin.post('/api/invites/mailed', {
        emails: ['linus@example.com'],
        expiresAt: tomorrow(),
      });
      const [mail] = await query<{ id: string; sealed_values: string }>(
        em,
        'select id, sealed_values from mails',
      );
      const place = `mails/${mail?.id}/sealed_values`;
      const { link } = JSON.parse(keyring.decrypt(mail?.sealed_values ?? '', place));
      const token = link.split('/').at(-1);

      const seen = await new Browser(app, ORIGIN).get(`/api/sign-up/${token}`);
      const username = `linus-${verified}`;
      const details = { ...person(username), email };
      const first = await signUpBy(new Browser(app, ORIGIN), link, details);
      const second = await signUpBy(new Browser(app, ORIGIN), link, person('somebody-else'));

      expect(seen.json().email).toBe('linus@example.com');
      expect([first.statusCode, second.statusCode]).toEqual([200, 404]);
      expect(
        await query(em, 'select email_verified from users where username = $1', [username]),
      ).toEqual([{ email_verified: verified }]);
    },
  );
});
