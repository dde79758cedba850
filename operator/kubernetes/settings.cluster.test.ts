import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, vi } from 'vitest';
import { ADMIN, type Database, findSettings, query } from '#core';
import { createCertificate } from '#core/testing/certificate';
import { findFreePort } from '#core/testing/free-port';
import { MAIL_PASSWORD, serveMail } from '../connection/servers.ts';
import { API_VERSION } from '../crd/custom-resource.ts';
import type { Cluster } from '../testing/cluster.ts';
import { secret } from '../testing/manifests.ts';
import { operatorTest as test } from '../testing/operator.ts';

const MARKED = { 'permisolabs.eu/credential': 'true' };

function smtpConfig(spec: object, name = 'default') {
  const from = { address: 'id@example.com' };
  return {
    apiVersion: API_VERSION,
    kind: 'SMTPConfig',
    metadata: { name },
    spec: { from, ...spec },
  };
}

function ldapConfig(port: number) {
  return {
    apiVersion: API_VERSION,
    kind: 'LDAPConfig',
    metadata: { name: 'default' },
    spec: {
      url: `ldap://127.0.0.1:${port}`,
      allowPlaintext: true,
      bind: {
        dn: 'cn=permiso,dc=example,dc=com',
        passwordSecretRef: { name: 'ldap', key: 'password' },
      },
      baseDN: 'dc=example,dc=com',
      preset: 'OpenLDAP',
    },
  };
}

function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

/** The settings are one for the whole instance, so each test begins and ends without any. */
async function forget(database: Database): Promise<void> {
  await database.em.fork().transactional(async (em) => {
    for (const { owner } of await query<{ owner: string }>(em, 'select owner from settings')) {
      await query(em, `select set_config('permiso.actor', $1, true)`, [owner]);
      await query(em, 'delete from settings where owner = $1', [owner]);
    }
  });
}

const smtpOf = (database: Database) => findSettings(database.em.fork(), 'smtp');

async function conditionOf(cluster: Cluster, kind: string, type: string) {
  const { status } = await cluster.get(kind, 'default');
  return status?.conditions?.find((condition) => condition.type === type);
}

describe('applying an SMTPConfig', () => {
  test('sets the mail server, tells whether it answers, and follows edits', async ({
    cluster,
    database,
  }) => {
    await forget(database);
    const server = await serveMail({ authOptional: true, disabledCommands: ['STARTTLS'] });
    await cluster.apply(
      smtpConfig({ host: '127.0.0.1', port: server.port, tls: { mode: 'None' } }),
    );
    await cluster.waitFor('SMTPConfig', 'default', 'Connected');
    const first = await smtpOf(database);

    await cluster.apply(
      smtpConfig({ host: '127.0.0.1', port: await findFreePort(), tls: { mode: 'None' } }),
    );
    const object = await cluster.waitFor('SMTPConfig', 'default', 'Connected=False');
    const events = await cluster.events('SMTPConfig', 'default');

    expect(first).toMatchObject({
      owner: `kubernetes:SMTPConfig/${cluster.namespace}/default`,
      value: { host: '127.0.0.1', port: server.port, tls: 'none' },
    });
    expect(object.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(object.status?.conditions?.find(({ type }) => type === 'Connected')?.reason).toBe(
      'ConnectionFailed',
    );
    expect(events.map(({ reason }) => reason)).toContain('ConnectionFailed');
  });

  test.for<[string, SMTPServerOptions, string, string, string]>([
    [
      'credentials',
      { onAuth: (_auth, _session, done) => done(refusal(535, '5.7.8 unknown password')) },
      'Authenticated',
      'AuthenticationFailed',
      'does not let user "id" in: 535 5.7.8 unknown password',
    ],
    [
      'sender',
      { onMailFrom: (_address, _session, done) => done(refusal(553, '5.7.1 not your address')) },
      'SenderAccepted',
      'SenderRefused',
      'refuses mail from id@example.com: 553 5.7.1 not your address',
    ],
  ])(
    'tells a refused %s apart, in the words of the server',
    async ([, options, type, reason, words], { cluster, database }) => {
      await forget(database);
      const { certificate: cert, key } = await createCertificate();
      const { port } = await serveMail({ cert, key, ...options });
      await cluster.apply(secret('smtp', { password: MAIL_PASSWORD }, MARKED));
      await cluster.apply(
        smtpConfig({
          host: '127.0.0.1',
          port,
          tls: { mode: 'StartTLS', insecureSkipVerify: true },
          auth: { username: 'id', passwordSecretRef: { name: 'smtp', key: 'password' } },
        }),
      );

      const object = await cluster.waitFor('SMTPConfig', 'default', `${type}=False`);

      const message = expect.stringContaining(words);
      const conditions = object.status?.conditions ?? [];
      expect(conditions.find((one) => one.type === type)).toMatchObject({ reason, message });
      expect(conditions.find((one) => one.type === 'Connected')?.status).toBe('True');
      expect(conditions.find((one) => one.type === 'Ready')).toMatchObject({
        status: 'True',
        message,
      });
      await vi.waitFor(async () =>
        expect(await cluster.events('SMTPConfig', 'default')).toContainEqual(
          expect.objectContaining({ type: 'Warning', reason, note: message }),
        ),
      );
      expect(JSON.stringify(object)).not.toContain(MAIL_PASSWORD);
    },
  );

  test('awaits its Secret, takes a changed password at once, and is handed to the web pages when it goes', async ({
    cluster,
    database,
  }) => {
    await forget(database);
    const port = await findFreePort();
    const auth = { username: 'id', passwordSecretRef: { name: 'smtp', key: 'password' } };
    await cluster.apply(smtpConfig({ host: '127.0.0.1', port, auth }));
    await cluster.waitFor('SMTPConfig', 'default', 'Ready=False');
    const awaited = await conditionOf(cluster, 'SMTPConfig', 'Ready');
    const before = await smtpOf(database);

    await cluster.apply(secret('smtp', { password: 'first' }, MARKED));
    await cluster.waitFor('SMTPConfig', 'default', 'Ready');
    const first = await smtpOf(database);
    await cluster.apply(secret('smtp', { password: 'second' }, MARKED));
    await vi.waitFor(async () => {
      const now = await smtpOf(database);
      expect(now?.value.auth?.password).not.toBe(first?.value.auth?.password);
    });
    await cluster.delete('SMTPConfig', 'default');
    await cluster.waitUntilGone('SMTPConfig', 'default');

    expect(awaited?.reason).toBe('SecretRefNotFound');
    expect(before).toBeNull();
    expect(JSON.stringify(first)).not.toContain('first');
    expect(await smtpOf(database)).toMatchObject({
      owner: ADMIN,
      value: { host: '127.0.0.1' },
    });
  });

  test('repairs what somebody changed in the database', async ({ cluster, database }) => {
    await forget(database);
    await cluster.apply(smtpConfig({ host: '127.0.0.1', port: await findFreePort() }));
    await cluster.waitFor('SMTPConfig', 'default', 'Ready');
    const owner = `kubernetes:SMTPConfig/${cluster.namespace}/default`;

    await database.em.fork().transactional(async (em) => {
      await query(em, `select set_config('permiso.actor', $1, true)`, [owner]);
      await query(em, `update settings set value = value || '{"host":"evil.example"}'`);
    });

    await vi.waitFor(async () => {
      expect(await smtpOf(database)).toMatchObject({ owner, value: { host: '127.0.0.1' } });
    });
  });

  test('under another name is refused by the API server itself', async ({ cluster }) => {
    const refused = cluster.apply(smtpConfig({ host: 'smtp.example.com' }, 'second'));

    await expect(refused).rejects.toThrow('must be named "default"');
  });
});

test('an LDAPConfig whose directory does not answer stays configured, with a warning', async ({
  cluster,
  database,
}) => {
  await forget(database);
  await cluster.apply(secret('ldap', { password: 'hidden' }, MARKED));
  await cluster.apply(ldapConfig(await findFreePort()));
  const object = await cluster.waitFor('LDAPConfig', 'default', 'Connected=False');

  expect(object.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  expect(await findSettings(database.em.fork(), 'ldap')).toMatchObject({
    value: { baseDn: 'dc=example,dc=com' },
  });
  expect(JSON.stringify(object)).not.toContain('hidden');
});
