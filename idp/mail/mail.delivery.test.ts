import { describe, expect, vi } from 'vitest';
import { createKeyring, type EntityManager, query, queueMail, takeDueMails } from '#core';
import { type MailServer, startMailServer, useMailServer } from '../testing/mail-server.ts';
import { test as base, ORIGIN, startReplica } from '../testing/test.ts';

type Replica = Awaited<ReturnType<typeof startReplica>>;

const LINK = `${ORIGIN}/signup/a-token-that-works`;

interface Fixtures {
  server: MailServer;
  replicas: [Replica, Replica];
  invite(recipient?: string): Promise<string | null>;
}

const test = base.extend<Fixtures>({
  server: async ({ em }, use) => {
    const server = await startMailServer();
    await useMailServer(em, server.port);
    await use(server);
    await server.close();
    await query(em, 'delete from mails');
  },
  replicas: async ({ database, databaseUrl }, use) => {
    const means = { database, databaseUrl };
    const replicas: [Replica, Replica] = [await startReplica(means), await startReplica(means)];
    await vi.waitFor(() =>
      expect(replicas.every(({ services }) => services.changes.isLive)).toBe(true),
    );
    await use(replicas);
    await Promise.all(replicas.map((replica) => replica.stop()));
  },
  invite: async ({ em, services }, use) => {
    await use((recipient = 'ada@example.com') =>
      queueMail(em, services.keyring, {
        kind: 'invitation',
        recipient,
        language: 'en',
        values: { link: LINK, expiresAt: '2027-01-31T12:00:00Z' },
      }),
    );
  },
});

interface State {
  state: string;
  attempts: number;
  answer: string;
  unsure: boolean;
  sealed_values: string | null;
}

async function listStates(em: EntityManager): Promise<State[]> {
  return query<State>(
    em.fork(),
    'select state, attempts, answer, unsure, sealed_values from mails order by created_at',
  );
}

async function untilTried(em: EntityManager, expected: Partial<State>): Promise<void> {
  await vi.waitFor(async () => expect(await listStates(em)).toMatchObject([expected]));
}

/** Instead of waiting until the next attempt is due. */
async function makeDue(em: EntityManager): Promise<void> {
  await query(em, `update mails set next_attempt_at = now() where state = 'waiting'`);
  await query(em, `select pg_notify('registry', '{"table": "mails"}')`);
}

describe('a queued mail', () => {
  test('arrives with text and HTML that say the same, and its link is forgotten', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    await invite();

    await untilTried(em, { state: 'delivered', sealed_values: null, answer: '250 kept' });
    const [{ recipients, email, source } = expect.fail()] = server.inbox;
    expect(recipients).toEqual(['ada@example.com']);
    expect(email.subject).toBe('You are invited to Permiso');
    expect(email.from).toEqual({ address: 'id@example.com', name: 'Example ID' });
    for (const part of [email.text, email.html]) {
      expect(part).toContain(LINK);
      expect(part).toContain('January 31, 2027 at 12:00 PM UTC');
    }
    expect(source).toContain('Auto-Submitted: auto-generated');
  });

  test('is never readable in the database while it waits', async ({ server, invite, em }) => {
    await invite();

    const rows = JSON.stringify(await query(em, 'select * from mails'));

    expect(rows).not.toContain('a-token-that-works');
    expect(server.inbox).toEqual([]);
  });

  test('is sent once by two replicas, a hundred of them', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    for (let index = 0; index < 100; index += 1) {
      await invite(`person-${index}@example.com`);
    }

    await vi.waitFor(async () =>
      expect((await listStates(em)).filter(({ state }) => state === 'delivered')).toHaveLength(100),
    );
    const recipients = server.inbox.flatMap((mail) => mail.recipients);
    expect(recipients).toHaveLength(100);
    expect(new Set(recipients).size).toBe(100);
  });

  test('with a key is told once', async ({ server: _server, services, em }) => {
    const mail = {
      kind: 'test',
      recipient: 'ada@example.com',
      language: null,
      values: {},
      key: 'the same news',
    } as const;

    const first = await queueMail(em, services.keyring, mail);
    const second = await queueMail(em, services.keyring, mail);

    expect(second).toBe(first);
    expect(await listStates(em)).toHaveLength(1);
  });

  test('is not queued while mail is off', async ({ services, em }) => {
    await query(em, 'delete from settings');

    const id = await queueMail(em, services.keyring, {
      kind: 'test',
      recipient: 'ada@example.com',
      language: null,
      values: {},
    });

    expect(id).toBeNull();
    expect(await listStates(em)).toEqual([]);
  });

  test('whose link has expired is not sent any more', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    server.behave({ onMailFrom: (_from, _session, done) => done(reply(421, 'come back later')) });
    await invite();
    await untilTried(em, { answer: '421 come back later' });

    await query(em, `update mails set expires_at = now() - interval '1 second'`);
    server.behave({});
    await makeDue(em);

    await untilTried(em, { state: 'failed', answer: expect.stringContaining('has expired') });
    expect(server.inbox).toEqual([]);
  });
});

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

describe('when the mail server', () => {
  test('is down, the mail waits, and goes out when it is back', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    await server.close();
    await invite();
    await untilTried(em, {
      state: 'waiting',
      answer: expect.stringContaining('ECONNREFUSED'),
      unsure: false,
    });

    const back = await startMailServer(server.port);
    await makeDue(em);

    await untilTried(em, { state: 'delivered', attempts: 2 });
    expect(back.inbox).toHaveLength(1);
    await back.close();
  });

  test('moved, the next attempt uses the new settings without a restart', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    server.behave({ onMailFrom: (_from, _session, done) => done(reply(454, 'moved')) });
    await invite();
    await untilTried(em, { answer: '454 moved' });

    const other = await startMailServer();
    await useMailServer(em, other.port);
    await makeDue(em);

    await untilTried(em, { state: 'delivered' });
    expect(other.inbox).toHaveLength(1);
    await other.close();
  });

  test.for<[number, string, 'onMailFrom' | 'onRcptTo' | 'onData', string]>([
    [421, 'has no time', 'onRcptTo', 'waiting'],
    [450, 'finds the mailbox busy', 'onData', 'waiting'],
    [550, 'knows no such person', 'onRcptTo', 'failed'],
    [554, 'refuses the message', 'onData', 'failed'],
    [553, 'refuses our own address, which somebody may set right', 'onMailFrom', 'waiting'],
  ])(
    'says %i because it %s, its words are kept',
    async ([code, why, at, state], { server, replicas: _replicas, invite, em }) => {
      const refuse = (...args: unknown[]) =>
        (args.at(-1) as (error: Error) => void)(reply(code, why));
      server.behave({ [at]: refuse });

      await invite();

      await untilTried(em, { state, answer: `${code} ${why}`, unsure: false });
    },
  );

  test('hangs up after the message, it is sent once more and never a third time', async ({
    server,
    replicas: _replicas,
    invite,
    em,
  }) => {
    server.behave({ onData: () => server.hangUp() });
    await invite();
    await untilTried(em, { state: 'waiting', unsure: true });

    await makeDue(em);
    await untilTried(em, { state: 'failed', attempts: 2 });
    await makeDue(em);

    expect(server.inbox).toHaveLength(2);
    const [first, second] = server.inbox.map(({ email }) => email.messageId);
    expect(first).toBe(second);
  });

  test('is asked for the last time by a process that is killed, the mail is given up, and says so', async ({
    server,
    invite,
    em,
    database,
    databaseUrl,
  }) => {
    await invite();
    await query(em, 'update mails set attempts = 5');
    const taken = await takeDueMails(em, 1);
    await makeDue(em);

    const replica = await startReplica({ database, databaseUrl });
    await replica.app.listen({ host: '127.0.0.1', port: 0 });
    await untilTried(em, {
      state: 'failed',
      attempts: 6,
      answer: expect.stringContaining('nobody came back from the last attempt'),
      sealed_values: null,
    });
    await replica.stop();

    expect(taken).toHaveLength(1);
    expect(server.inbox).toEqual([]);
  });

  test('is not even asked because no key opens the mail, that is told at each attempt until the last', async ({
    server,
    replicas: _replicas,
    em,
  }) => {
    const lost = createKeyring(['a key that nobody has any more']);
    const news = {
      kind: 'test',
      recipient: 'ada@example.com',
      language: null,
      values: {},
    } as const;
    await queueMail(em, lost, news);
    const answer = expect.stringContaining('PREVIOUS_ENCRYPTION_KEY');
    await untilTried(em, { state: 'waiting', attempts: 1, answer });

    await query(em, 'update mails set attempts = 5');
    await makeDue(em);

    await untilTried(em, { state: 'failed', attempts: 6, answer });
    expect(server.inbox).toEqual([]);
  });

  test('keeps us waiting while the process is killed, another replica sends the mail', async ({
    server,
    invite,
    em,
    database,
    databaseUrl,
  }) => {
    await invite();
    // What a killed process leaves behind: taken, and never heard of again.
    await query(
      em,
      `update mails set attempts = 1, next_attempt_at = now() + interval '5 minutes'`,
    );
    const replica = await startReplica({ database, databaseUrl });
    await vi.waitFor(() => expect(replica.services.changes.isLive).toBe(true));
    await makeDue(em);

    await untilTried(em, { state: 'delivered', attempts: 2 });
    expect(server.inbox).toHaveLength(1);
    await replica.stop();
  });
});
