import { SMTPServer } from 'smtp-server';
import { describe, expect } from 'vitest';
import {
  createKeyring,
  declareClient,
  declareSettings,
  type EntityManager,
  kubernetesOwner,
  query,
  queueMail,
  raiseFence,
  recordRedirectMismatch,
  recordResource,
  SMTP_PASSWORD_PLACE,
} from '#core';
import { clientDeclaration } from '#core/testing/builders';
import type { Services } from '../http/services.ts';
import { startMailServer, useMailServer } from '../testing/mail-server.ts';
import { startNameServer } from '../testing/name-server.ts';
import { test as base } from '../testing/test.ts';
import type { CheckId } from './diagnostics.schemas.ts';
import { runChecks } from './diagnostics.service.ts';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };

/** What one check says now; `nobody` answers DNS, unless the services say otherwise. */
const test = base.extend<{ ask: (id: CheckId, services?: Partial<Services>) => Promise<unknown> }>({
  ask: async ({ services, em }, use) => {
    await query(em, 'delete from settings');
    const silent = await startNameServer({});
    const config = { ...services.config, DNS_SERVERS: [silent.address] };
    await use(async (id, overrides = {}) => {
      const { checks } = await runChecks({ ...services, config, ...overrides }, 'en');
      return checks.find((check) => check.id === id);
    });
    await silent.close();
  },
});

describe('diagnostics', () => {
  test('are for administrators only', async ({ browser, signUp, admin }) => {
    const { browser: member } = await signUp('member');
    const ask = async (who: typeof admin) => (await who.get('/api/diagnostics')).statusCode;

    expect([await ask(browser), await ask(member), await ask(admin)]).toEqual([401, 403, 200]);
  });

  test('of an instance that is well find nothing to mend', async ({ admin }) => {
    const { checks } = (await admin.get('/api/diagnostics')).json();

    const found = checks.map(({ id, code, mend }: Record<string, string>) => [id, code, mend]);
    expect(found).toContainEqual(['database', 'answers', null]);
    expect(found).toContainEqual(['schema', 'current', null]);
    expect(found).toContainEqual(['signing_keys', 'current', null]);
    expect(found).toContainEqual(['encryption_key', 'fits', null]);
    expect(found).toContainEqual(['clock', 'right', null]);
    expect(found).toContainEqual(['address', 'secure', null]);
    expect(found).toContainEqual(['mail', 'off', null]);
  });

  test('are told in the language that is asked for', async ({ admin }) => {
    const { checks } = (await admin.get('/api/diagnostics?language=de')).json();

    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'schema', summary: de['schema.current'] }),
    );
    expect((await admin.get('/api/diagnostics?language=tlh')).statusCode).toBe(400);
  });

  test('have the same words in every language', () => {
    const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
    for (const texts of [de, fr] as Record<string, string>[]) {
      expect(Object.keys(texts)).toEqual(Object.keys(en));
      for (const [key, text] of Object.entries(en)) {
        expect(holes(texts[key] ?? ''), key).toEqual(holes(text));
      }
    }
  });
});

async function useSmtp(em: EntityManager, change: object): Promise<void> {
  await useMailServer(em, 1);
  await query(em, `update settings set value = value || $1::jsonb`, [JSON.stringify(change)]);
}

/** A mail server that nobody gets past, and what it says. */
async function serve(options: object): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer({ logger: false, authOptional: true, ...options });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

const refusal = (responseCode: number, words: string) =>
  Object.assign(new Error(words), { responseCode });

describe('the mail server', () => {
  test('that takes our mail is well', async ({ ask, em }) => {
    const server = await startMailServer();
    await useMailServer(em, server.port);

    expect(await ask('mail')).toMatchObject({ status: 'ok', code: 'works', mend: null });
    expect(server.inbox).toEqual([]);
    await server.close();
  });

  test('whose name is unknown is told apart', async ({ ask, em }) => {
    await useSmtp(em, { host: 'mail.invalid' });

    expect(await ask('mail')).toMatchObject({
      code: 'host_not_found',
      summary: 'The name mail.invalid is not known in DNS.',
    });
  });

  test('whose port is closed is told apart', async ({ ask, em }) => {
    const { port, close } = await serve({});
    await close();
    await useSmtp(em, { port });

    expect(await ask('mail')).toMatchObject({
      status: 'failed',
      code: 'unreachable',
      summary: `127.0.0.1 cannot be reached on port ${port}.`,
      mend: expect.stringContaining('firewall'),
      facts: [{ name: 'Connection', value: expect.stringContaining('ECONNREFUSED') }],
    });
  });

  test('that refuses our credentials is told apart, and nobody learns them', async ({
    ask,
    em,
    services,
  }) => {
    const { port, close } = await serve({
      onAuth: (_auth: unknown, _session: unknown, done: (error: Error) => void) =>
        done(refusal(535, '5.7.8 unknown password')),
    });
    const password = services.keyring.encrypt('a-mail-password', SMTP_PASSWORD_PLACE);
    const auth = { username: 'id', password };
    await useSmtp(em, { port, tls: 'starttls', insecureSkipVerify: true, auth });

    const found = await ask('mail');

    expect(found).toMatchObject({
      code: 'credentials_refused',
      facts: [
        { name: 'Connection' },
        { name: 'Sign-in', value: expect.stringContaining('5.7.8 unknown') },
      ],
    });
    expect(JSON.stringify(found)).not.toContain('a-mail-password');
    expect(JSON.stringify(found)).not.toContain(password);
    await close();
  });

  test('that refuses our sender is told apart', async ({ ask, em }) => {
    const server = await startMailServer();
    server.behave({ onMailFrom: (_from, _session, done) => done(refusal(553, 'not yours')) });
    await useMailServer(em, server.port);

    expect(await ask('mail')).toMatchObject({
      code: 'sender_refused',
      summary: expect.stringContaining('takes no mail from id@example.com'),
      facts: [
        { name: 'Connection' },
        { name: 'Sender', value: expect.stringContaining('553 not') },
      ],
    });
    await server.close();
  });

  test('whose password another key encrypted is told apart', async ({ ask, em }) => {
    const password = createKeyring(['a key that is lost']).encrypt('x', SMTP_PASSWORD_PLACE);
    await useSmtp(em, { tls: 'starttls', auth: { username: 'id', password } });

    expect(await ask('mail')).toMatchObject({ status: 'failed', code: 'password_unreadable' });
  });

  test('and messages that it did not take are counted, with its words', async ({
    ask,
    em,
    services,
  }) => {
    await useSmtp(em, {});
    const id = await queueMail(em, services.keyring, {
      kind: 'test',
      recipient: 'ada@example.com',
      language: null,
      values: {},
    });
    await query(em, `update mails set answer = '450 busy' where id = $1`, [id]);

    expect(await ask('messages')).toMatchObject({
      status: 'warning',
      facts: [{ value: '450 busy' }],
    });
  });
});

describe('the domain of the sender', () => {
  test('is judged by what DNS says of it', async ({ ask, em, services }) => {
    await useSmtp(em, {});
    const names = await startNameServer({
      'example.com': ['v=spf1 mx -all'],
      '_domainkey.example.com': null,
      '_dmarc.example.com': ['v=DMARC1; p=reject'],
    });
    const config = { ...services.config, DNS_SERVERS: [names.address] };

    const ids = ['spf', 'dkim', 'dmarc'] as const;
    const found = await Promise.all(ids.map((id) => ask(id, { config })));

    expect(found).toMatchObject([
      { status: 'ok', facts: [{ value: 'v=spf1 mx -all' }] },
      { status: 'ok', code: 'possible' },
      { status: 'ok', summary: 'Forged mail from example.com is to be treated as “reject”.' },
    ]);
    await names.close();
  });

  test('that says nothing is warned of', async ({ ask, em }) => {
    await useSmtp(em, {});

    for (const id of ['spf', 'dkim', 'dmarc'] as const) {
      expect(await ask(id)).toMatchObject({ status: 'warning', code: 'missing' });
    }
  });

  test('is not judged while DNS is silent', async ({ ask, em, services }) => {
    await useSmtp(em, {});
    const gone = await startNameServer({});
    await gone.close();
    const config = { ...services.config, DNS_SERVERS: [gone.address] };

    expect(await ask('spf', { config })).toMatchObject({ status: 'warning', code: 'dns_silent' });
  });
});

describe('the registry', () => {
  test('names resources that are not Ready, with their reason', async ({ ask, em }) => {
    const resource = { kind: 'OIDCClient', namespace: 'apps', spec: null };
    const epoch = await raiseFence(em);
    const ready = { name: 'wiki', ready: true, reason: 'Ready', message: '' };
    await recordResource(em, { ...resource, ...ready }, epoch);
    const message = 'another resource holds it';
    const refused = { name: 'grafana', ready: false, reason: 'Conflict', message };
    await recordResource(em, { ...resource, ...refused }, epoch);

    expect(await ask('resources')).toMatchObject({
      status: 'failed',
      summary: '1 of 2 resources are not Ready.',
      facts: [{ name: 'OIDCClient apps/grafana', value: 'Conflict: another resource holds it' }],
    });
  });

  test('names callback URLs that were asked for, until they are registered', async ({
    ask,
    em,
  }) => {
    const owner = kubernetesOwner('OIDCClient', 'apps', 'wiki');
    const declared = clientDeclaration('apps.wiki', { callbackUrls: ['https://wiki.example/cb'] });
    await declareClient(em, declared, owner);
    await recordRedirectMismatch(em, { clientId: 'apps.wiki', sent: 'https://wiki.example/cb/' });
    const before = await ask('redirects');

    const mended = { ...declared, callbackUrls: ['https://wiki.example/cb/'] };
    await declareClient(em.fork(), mended, owner);

    expect(before).toMatchObject({
      code: 'mismatch',
      facts: [{ name: 'apps.wiki', value: 'https://wiki.example/cb/' }],
    });
    expect(await ask('redirects')).toMatchObject({ code: 'matched' });
  });

  test('misses a key that signs, and a rotation that does not happen', async ({ ask, em }) => {
    await query(em, `update signing_keys set activated_at = now() - interval '31 days'`);
    const overdue = await ask('signing_keys');
    await query(
      em,
      `update signing_keys set state = 'retiring', retired_at = now() where alg = 'EdDSA'`,
    );
    const missing = await ask('signing_keys');
    await query(
      em,
      `update signing_keys set state = 'active', activated_at = now(), retired_at = null`,
    );

    expect(overdue).toMatchObject({ status: 'warning', code: 'overdue' });
    expect(missing).toMatchObject({
      status: 'failed',
      summary: 'There is no key for EdDSA, so applications with this algorithm get no tokens.',
    });
  });

  test('that another key encrypted is told', async ({ ask }) => {
    const keyring = createKeyring(['not the key of this database']);

    expect(await ask('encryption_key', { keyring })).toMatchObject({ code: 'wrong' });
  });

  test('whose migrations are missing is told', async ({ ask, em, services }) => {
    const table = services.database.config.get('migrations').tableName ?? 'mikro_orm_migrations';
    const rows = await query<{ name: string }>(em, `delete from ${table} returning name`);

    const found = await ask('schema');

    for (const { name } of rows) {
      await query(em, `insert into ${table} (name, executed_at) values ($1, now())`, [name]);
    }
    expect(found).toMatchObject({ status: 'failed', code: 'behind' });
  });

  test('at an address without https lets nobody use a passkey', async ({ ask, services }) => {
    const at = async (APP_URL: string) =>
      ask('address', { config: { ...services.config, APP_URL, DNS_SERVERS: [] } });

    expect(await at('http://id.example.com')).toMatchObject({ status: 'failed', code: 'insecure' });
    expect(await at('http://localhost:1812')).toMatchObject({ status: 'ok', code: 'loopback' });
  });
});

test('a setting that a resource declares is checked like any other', async ({ ask, em }) => {
  const server = await startMailServer();
  const settings = {
    host: '127.0.0.1',
    port: server.port,
    tls: 'none' as const,
    ca: null,
    insecureSkipVerify: false,
    from: { address: 'id@example.com', name: null },
    auth: null,
  };
  await declareSettings(em, 'smtp', settings, kubernetesOwner('SMTPConfig', 'permiso', 'default'));

  expect(await ask('mail')).toMatchObject({ status: 'ok' });
  await server.close();
});
