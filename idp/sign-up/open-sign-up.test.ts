import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { describe, expect, vi } from 'vitest';
import { connectDatabase, type EntityManager, type GeneralSettings, openMail, query } from '#core';
import { groupDeclaration, person } from '#core/testing';
import { createApp } from '../app.ts';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { Browser } from '../testing/browser.ts';
import { useMailServer } from '../testing/mail-server.ts';
import { useGeneralSettings } from '../testing/settings.ts';
import { test as base, ORIGIN } from '../testing/test.ts';

interface Mail {
  kind: string;
  recipient: string;
  link: string | undefined;
}

interface Fixtures {
  /** Changes general settings. */
  set(change: Partial<GeneralSettings>): Promise<void>;

  /** Everybody may sign up, mail is on, and nothing sends it: what is queued stays to be looked at. */
  open: undefined;
  other: FastifyInstance;

  /** What this mailbox is to get. */
  mailsTo(recipient: string): Promise<Mail[]>;

  /** The link that this mailbox was sent, once somebody asked for it. */
  linkFor(email: string): Promise<string>;
}

const test = base.extend<Fixtures>({
  set: async ({ em }, use) => {
    await use((change) => useGeneralSettings(em, change));
  },
  open: [
    async ({ em, set }, use) => {
      await useMailServer(em, 1);
      await set({ signUp: 'open' });
      await use(undefined);
      await query(em, 'delete from settings');
      await query(em, 'delete from rate_limits');
    },
    { auto: true },
  ],
  other: async ({ databaseUrl, services }, use) => {
    const database = await connectDatabase(databaseUrl);
    const app = await createApp({ ...services, database });
    await use(app);
    await app.close();
    await database.close();
  },
  mailsTo: async ({ em, services }, use) => {
    await use(async (recipient) => {
      const rows = await query<{ id: string; kind: 'sign_up'; sealed: string }>(
        em.fork(),
        `select id, kind, sealed_values as sealed from mails where recipient = $1 and state = 'waiting' order by created_at`,
        [recipient],
      );
      return rows.map(({ id, kind, sealed }) => {
        const mail = { id, kind, sealedValues: sealed, recipient, language: null };
        const { values } = openMail(services.keyring, { ...mail, attempts: 0, unsure: false });
        return { kind, recipient, link: 'link' in values ? values.link : undefined };
      });
    });
  },
  linkFor: async ({ app, mailsTo }, use) => {
    await use(async (email) => {
      const before = (await mailsTo(email)).length;
      await ask(app, email);
      const mails = await vi.waitFor(async () => {
        const now = await mailsTo(email);
        expect(now).toHaveLength(before + 1);
        return now;
      });
      return mails.at(-1)?.link ?? expect.fail('there is no link in the mail');
    });
  },
});

const someAddress = () => `${randomUUID().slice(0, 8)}@example.com`;

function ask(app: FastifyInstance, email: string, remoteAddress = '203.0.113.9') {
  return app.inject({
    method: 'POST',
    url: '/api/sign-up',
    payload: { email, language: 'de' },
    headers: { 'sec-fetch-site': 'same-origin' },
    remoteAddress,
  });
}

const apiOf = (link: string) => `/api/sign-up/${link.split('/').at(-1)}`;

/** As far as the last step, which is left to the test. */
async function begin(app: FastifyInstance, link: string, details: ReturnType<typeof person>) {
  const browser = new Browser(app, ORIGIN);
  const options = await browser.post(`${apiOf(link)}/options`, details);
  if (options.statusCode !== 200) {
    return async () => options;
  }
  const credential = new SoftwareAuthenticator(ORIGIN).create(options.json());
  return () => browser.post(apiOf(link), { credential });
}

async function accountsOf(em: EntityManager, email: string) {
  return query(
    em.fork(),
    'select email_verified as "emailVerified", is_admin as "isAdmin" from users where email = $1',
    [email],
  );
}

describe('whoever asks for an account where sign-up is open', () => {
  test('gets the same answer for an address that has one and for one that has none', async ({
    app,
    mailsTo,
    signUp,
  }) => {
    const { user } = await signUp(`known-${randomUUID().slice(0, 8)}`);
    const stranger = someAddress();

    const [known, unknown] = [await ask(app, user.email.toUpperCase()), await ask(app, stranger)];

    const headersOf = ({ headers: { date, ...others } }: typeof known) => others;
    expect([known.statusCode, known.body, known.cookies]).toEqual([202, '', []]);
    expect([unknown.statusCode, unknown.body, unknown.cookies]).toEqual([202, '', []]);
    expect(headersOf(known)).toEqual(headersOf(unknown));
    await vi.waitFor(async () => {
      expect(await mailsTo(stranger)).toMatchObject([{ kind: 'sign_up' }]);
      expect((await mailsTo(user.email)).at(-1)).toMatchObject({ kind: 'address_in_use' });
    });
  });

  test('is answered before anybody looks whether the address has an account', async ({
    app,
    em,
    mailsTo,
  }) => {
    const email = someAddress();

    const answer = await em.transactional(async (tx) => {
      await query(tx, 'lock table users, invites, mails in access exclusive mode');
      return ask(app, email);
    });

    expect(answer.statusCode).toBe(202);
    await vi.waitFor(async () => expect(await mailsTo(email)).toHaveLength(1));
  });

  test('signs up by the link in the mail: no administrator, the address confirmed, in the default groups', async ({
    app,
    em,
    linkFor,
    set,
  }) => {
    await query(
      em,
      `insert into groups (id, name, display_name, members_are_exact, custom_claims, owner, created_at, updated_at)
       values (gen_random_uuid(), $1, $1, false, '[]', 'admin', now(), now())`,
      [groupDeclaration('staff').name],
    );
    await set({ signUp: 'open', defaultGroups: ['staff', 'later'] });
    const email = someAddress();
    const link = await linkFor(email);

    const view = (await app.inject(apiOf(link))).json();
    const answer = await (await begin(app, link, { ...person('walk-in'), email }))();

    expect(link.startsWith(`${ORIGIN}/signup/`)).toBe(true);
    expect(view).toMatchObject({ email, isEmailFixed: true });
    expect(answer.json().user).toMatchObject({ username: 'walk-in', email, isAdmin: false });
    expect(await accountsOf(em, email)).toEqual([{ emailVerified: true, isAdmin: false }]);
    expect(
      await query(
        em,
        `select g.name from groups g join memberships m on m.group_id = g.id join users u on u.id = m.user_id
         where u.username = 'walk-in'`,
      ),
    ).toEqual([{ name: 'staff' }]);
  });

  test.for([
    'a@b.example,evil@x.example',
    'a@b.example\r\nbcc: evil@x.example',
    'Ada <a@b.example>',
  ])('is refused with %j, and nobody is mailed', async (email, { app, em }) => {
    const before = await query(em, 'select id from mails');

    const answer = await ask(app, email);

    expect(answer.json()).toMatchObject({ status: 422, code: 'invalid_input', field: 'email' });
    expect(await query(em, 'select id from mails')).toEqual(before);
  });

  test('is limited by network, over two replicas', async ({ app, other }) => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) =>
        ask(n % 2 ? app : other, 'not an address', '203.0.113.60'),
      ),
    );

    expect(answers.filter(({ statusCode }) => statusCode === 422)).toHaveLength(30);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(2);
  });

  test('fills no mailbox: it gets three links in an hour, however often and where they ask', async ({
    app,
    other,
    mailsTo,
  }) => {
    const email = someAddress();
    const last = someAddress();

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => ask(n % 2 ? app : other, email, `203.0.113.${n}`)),
    );
    await vi.waitFor(async () => expect(await mailsTo(email)).toHaveLength(3));
    await ask(app, last);
    await vi.waitFor(async () => expect(await mailsTo(last)).toHaveLength(1));

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 202));
    expect(await mailsTo(email)).toHaveLength(3);
  });
});

describe('a link that somebody asked for', () => {
  test('makes one account of twenty who use it at once on two replicas', async ({
    app,
    em,
    linkFor,
    other,
  }) => {
    const email = someAddress();
    const link = await linkFor(email);
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        begin(n % 2 ? app : other, link, { ...person(`rush-${n}`), email }),
      ),
    );

    const answers = await Promise.all(people.map((finish) => finish()));

    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(await accountsOf(em, email)).toHaveLength(1);
  });

  test('makes no second account beside another link to the same mailbox', async ({
    app,
    em,
    linkFor,
    other,
  }) => {
    const email = someAddress();
    const [first, second] = [await linkFor(email), await linkFor(email)];
    const people = [
      await begin(app, first, { ...person('twin-a'), email }),
      await begin(other, second, { ...person('twin-b'), email }),
    ];

    const answers = await Promise.all(people.map((finish) => finish()));

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
    expect(await accountsOf(em, email)).toHaveLength(1);
  });

  test('tells nothing of another address, known or unknown', async ({ app, linkFor, signUp }) => {
    const { user } = await signUp(`known-${randomUUID().slice(0, 8)}`);
    const link = await linkFor(someAddress());

    const answers = [user.email, someAddress()].map((email) =>
      begin(app, link, { ...person('prober'), email }),
    );

    const [known, unknown] = await Promise.all((await Promise.all(answers)).map((end) => end()));
    expect(known?.json()).toMatchObject({ status: 422, field: 'email' });
    expect(known?.body).toBe(unknown?.body);
  });

  test('says that a user name is taken, and is no place to try out thirty', async ({
    app,
    linkFor,
    signUp,
  }) => {
    const { user } = await signUp(`taken-${randomUUID().slice(0, 8)}`);
    const email = someAddress();
    const link = await linkFor(email);
    const browser = new Browser(app, ORIGIN);
    const details = { ...person(user.username), email };

    const answers = [];
    for (let count = 0; count < 31; count += 1) {
      answers.push(await browser.post(`${apiOf(link)}/options`, details));
    }

    expect(answers[0]?.json()).toMatchObject({ status: 409, code: 'already_taken' });
    expect(answers[0]?.json().field).toBe('username');
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      ...Array.from({ length: 30 }, () => 409),
      429,
    ]);
  });

  test.for(['invite', 'closed'] as const)(
    'is worth nothing any more once sign-up is "%s", not even at the last step',
    async (signUp, { app, em, linkFor, set }) => {
      const email = someAddress();
      const link = await linkFor(email);
      const finish = await begin(app, link, { ...person(`slow-${signUp}`), email });
      await set({ signUp });

      const answers = [await app.inject(apiOf(link)), await finish()];

      expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403]);
      expect(await accountsOf(em, email)).toEqual([]);
    },
  );

  test('expires', async ({ app, em, linkFor }) => {
    const email = someAddress();
    const link = await linkFor(email);
    const finish = await begin(app, link, { ...person('sleeper'), email });
    await query(
      em,
      `update invites set expires_at = now() - interval '1 second' where email = $1`,
      [email],
    );

    const answers = [await app.inject(apiOf(link)), await finish()];

    expect(answers.map((answer) => answer.json().code)).toEqual([
      'invite_not_valid',
      'invite_not_valid',
    ]);
  });

  test('is no invitation that administrators made, and not among theirs', async ({
    admin,
    em,
    linkFor,
  }) => {
    const email = someAddress();
    await linkFor(email);

    const { invites } = (await admin.get('/api/invites')).json();
    const [event] = await query(
      em,
      `select actor, details ->> 'email' as email from audit_events where event = 'invite_created'
       order by id desc limit 1`,
    );

    expect(JSON.stringify(invites)).not.toContain(email);
    expect(event).toEqual({ actor: 'nobody', email });
  });
});
