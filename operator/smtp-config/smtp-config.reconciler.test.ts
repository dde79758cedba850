import { beforeAll, describe, expect } from 'vitest';
import { ADMIN, declareSettings, kubernetesOwner, type SmtpSettings } from '#core';
import { test as registryTest } from '#core/testing';
import { createCertificate } from '#core/testing/certificate';
import { findFreePort } from '#core/testing/free-port';
import { KEYRING, NAMESPACE, SettingsBench } from '../connection/bench.ts';
import { MAIL_PASSWORD, serveMail } from '../connection/servers.ts';
import type { SmtpConfigSpec } from './smtp-config.crd.ts';
import { smtpConfigReconciler } from './smtp-config.reconciler.ts';

const PLACE = 'settings/smtp/password';
const OWNER = kubernetesOwner('SMTPConfig', NAMESPACE, 'default');

const test = registryTest.extend<{ operator: SettingsBench<SmtpConfigSpec, 'smtp'> }>({
  operator: async ({ database, asOperator }, use) => {
    const reconciler = smtpConfigReconciler({ keyring: KEYRING, namespace: NAMESPACE });
    const operator = new SettingsBench({ database, asOperator }, reconciler, 'smtp');
    operator.secrets['smtp/password'] = MAIL_PASSWORD;
    await use(operator);
    await operator.clear();
  },
});

let own: { certificate: string; key: string };
let closedPort: number;

beforeAll(async () => {
  own = await createCertificate();
  closedPort = await findFreePort();
});

describe('an SMTPConfig', () => {
  test('declares the mail server, with its password encrypted', async ({ operator }) => {
    const outcome = await operator.run(operator.resource(spec({ port: closedPort })));

    const found = await operator.find();
    expect(outcome).toMatchObject({ ready: true, reason: 'Reconciled' });
    expect(found).toEqual({
      owner: OWNER,
      value: {
        host: '127.0.0.1',
        port: closedPort,
        tls: 'starttls',
        ca: null,
        insecureSkipVerify: false,
        from: { address: 'id@example.com', name: null },
        auth: { username: 'id', password: expect.stringMatching(/^v1[.]/) },
      },
    });
    expect(KEYRING.decrypt(found?.value.auth?.password ?? '', PLACE)).toBe(MAIL_PASSWORD);
  });

  test('that works says so, and is tried again after an hour', async ({ operator }) => {
    const { port } = await serveMail({ cert: own.certificate, key: own.key });
    operator.secrets['smtp-ca/ca.crt'] = own.certificate;
    const caSecretRef = { name: 'smtp-ca', key: 'ca.crt' };

    const outcome = await operator.run(
      operator.resource(
        spec({ port, tls: { mode: 'StartTLS', insecureSkipVerify: false, caSecretRef } }),
      ),
    );

    expect(outcome).toMatchObject({
      message: `mail goes out through 127.0.0.1:${port}`,
      status: { lastCheckedAt: '2026-08-01T12:00:00Z' },
      aspects: [
        { type: 'Connected', status: 'True' },
        { type: 'Authenticated', status: 'True' },
        { type: 'SenderAccepted', status: 'True' },
      ],
      notes: [],
      nextRun: new Date('2026-08-01T13:00:00.123Z'),
    });
  });

  test('that is unchanged writes nothing, however often it is looked at', async ({ operator }) => {
    const resource = operator.resource(spec({ port: closedPort }));
    await operator.run(resource);
    const before = await operator.history();

    await operator.run(resource);
    operator.pass(30);
    await operator.run(resource);

    expect(before.audit).toHaveLength(1);
    expect(await operator.history()).toEqual(before);
  });

  test('takes up a changed password at once', async ({ operator }) => {
    const { port, passwords } = await serveMail({ cert: own.certificate, key: own.key });
    const resource = operator.resource(
      spec({ port, tls: { mode: 'StartTLS', insecureSkipVerify: true } }),
    );
    operator.secrets['smtp/password'] = 'an-old-password';
    const before = await operator.run(resource);

    operator.secrets['smtp/password'] = MAIL_PASSWORD;
    const after = await operator.run(resource);

    const stored = (await operator.find())?.value.auth?.password ?? '';
    expect(KEYRING.decrypt(stored, PLACE)).toBe(MAIL_PASSWORD);
    expect(passwords).toEqual(['an-old-password', MAIL_PASSWORD]);
    expect(before.aspects[1]).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
    expect(after.aspects[1]).toMatchObject({ status: 'True' });
    expect(after.notes).toMatchObject([{ type: 'Normal', reason: 'ConnectionRestored' }]);
  });

  test('drops the password when it is no longer asked for', async ({ operator }) => {
    await operator.run(operator.resource(spec({ port: closedPort })));

    const { auth: _, ...open } = spec({ port: closedPort });
    const outcome = await operator.run(operator.resource(open, { generation: 2 }));

    expect((await operator.find())?.value.auth).toBeNull();
    expect(outcome.aspects.map(({ type }) => type)).toEqual(['Connected', 'SenderAccepted']);
  });

  test('names what brings it back', ({ operator }) => {
    const caSecretRef = { name: 'smtp-ca', key: 'ca.crt' };
    const tls = { mode: 'StartTLS', insecureSkipVerify: false, caSecretRef } as const;

    expect(operator.reconciler.interests(operator.resource(spec({ tls })))).toEqual([
      'settings/smtp',
      'secrets/permiso/smtp',
      'secrets/permiso/smtp-ca',
    ]);
  });
});

test('without a cluster an SMTPConfig of any namespace is honoured', async ({
  database,
  asOperator,
  operator,
}) => {
  const reconciler = smtpConfigReconciler({ keyring: KEYRING, namespace: null });
  const folder = new SettingsBench({ database, asOperator }, reconciler, 'smtp');
  const { auth: _, ...open } = spec({ port: closedPort });

  const outcome = await folder.run(folder.resource(open, { namespace: 'team-a' }));

  expect(outcome.ready).toBe(true);
  expect((await operator.find())?.owner).toBe(kubernetesOwner('SMTPConfig', 'team-a', 'default'));
});

describe('an SMTPConfig whose mail server does not work', () => {
  test('is ready with a warning', async ({ operator }) => {
    const outcome = await operator.run(operator.resource(spec({ port: closedPort })));

    expect(outcome).toMatchObject({
      ready: true,
      reason: 'Reconciled',
      retry: false,
      nextRun: new Date('2026-08-01T12:10:00.123Z'),
      notes: [{ type: 'Warning', reason: 'ConnectionFailed' }],
    });
    expect(outcome.message).toContain('which does not work now: no connection to 127.0.0.1:');
  });

  test('is not dialled again before ten minutes have passed', async ({ operator }) => {
    const { port, passwords } = await serveMail({ cert: own.certificate, key: own.key });
    operator.secrets['smtp/password'] = 'wrong-password';
    const resource = operator.resource(
      spec({ port, tls: { mode: 'StartTLS', insecureSkipVerify: true } }),
    );
    const first = await operator.run(resource);
    operator.pass(9);
    const second = await operator.run(resource);
    expect(passwords).toHaveLength(1);
    expect(second).toEqual({ ...first, notes: [] });

    operator.pass(1);
    const third = await operator.run(resource);

    expect(passwords).toHaveLength(2);
    expect(third.status).toEqual({ lastCheckedAt: '2026-08-01T12:10:00Z' });
    expect(third.notes).toEqual([]);
  });

  test.for([
    ['its spec changed', { generation: 2 }],
    ['it was made anew', { uid: 'u2' }],
  ] as const)('is dialled again at once when %s', async ([, metadata], { operator }) => {
    const { port, passwords } = await serveMail({ cert: own.certificate, key: own.key });
    operator.secrets['smtp/password'] = 'wrong-password';
    const wanted = spec({ port, tls: { mode: 'StartTLS', insecureSkipVerify: true } });
    await operator.run(operator.resource(wanted));

    await operator.run(operator.resource(wanted, metadata));

    expect(passwords).toHaveLength(2);
  });

  test('shows the password nowhere', async ({ operator }) => {
    const refusal = `not understood: ${MAIL_PASSWORD} or ${Buffer.from(`\0id\0${MAIL_PASSWORD}`).toString('base64')}`;
    const { port } = await serveMail({
      cert: own.certificate,
      key: own.key,
      onAuth: (_auth, _session, callback) => callback(new Error(refusal)),
    });
    const tls = { mode: 'StartTLS', insecureSkipVerify: true } as const;

    const outcome = await operator.run(operator.resource(spec({ port, tls })));

    const shown = JSON.stringify([outcome, await operator.history(), await operator.find()]);
    expect(outcome.aspects[1]).toMatchObject({ reason: 'AuthenticationFailed' });
    expect(shown).not.toContain(MAIL_PASSWORD);
    expect(shown).not.toContain(Buffer.from(MAIL_PASSWORD).toString('base64').slice(0, 8));
    expect(shown).not.toContain(
      Buffer.from(`\0id\0${MAIL_PASSWORD}`).toString('base64').slice(0, 8),
    );
  });
});

describe('an SMTPConfig that cannot be taken', () => {
  test('while it waits for its Secret changes nothing', async ({ operator, em }) => {
    await declareSettings(em, 'smtp', byAdmin, ADMIN);
    delete operator.secrets['smtp/password'];

    const outcome = await operator.run(operator.resource(spec({})));

    expect(outcome).toMatchObject({ ready: false, reason: 'SecretRefNotFound', retry: false });
    expect(await operator.find()).toEqual({ value: byAdmin, owner: ADMIN });
  });

  test.for([
    ['an empty password', 'smtp/password', ''],
    ['a CA that is none', 'smtp-ca/ca.crt', 'hello'],
    [
      'a CA that only looks like one',
      'smtp-ca/ca.crt',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    ],
  ] as const)('because of %s says which Secret it is', async ([, path, value], { operator }) => {
    operator.secrets[path] = value;
    const caSecretRef = { name: 'smtp-ca', key: 'ca.crt' };
    const tls = { mode: 'StartTLS', insecureSkipVerify: false, caSecretRef } as const;
    operator.secrets['smtp-ca/ca.crt'] ??= own.certificate;

    const outcome = await operator.run(operator.resource(spec({ tls })));

    expect(outcome).toMatchObject({ ready: false, reason: 'SecretRefInvalid' });
    expect(outcome.message).toContain(`Secret "${path.split('/')[0]}"`);
    expect(await operator.find()).toBeNull();
  });

  test("because it is not in the operator's namespace says which that is", async ({ operator }) => {
    const outcome = await operator.run(operator.resource(spec({}), { namespace: 'team-a' }));

    expect(outcome).toMatchObject({ ready: false, reason: 'NamespaceNotHonoured', retry: false });
    expect(outcome.message).toContain('"permiso"');
    expect(outcome.message).toContain('"team-a"');
    expect(await operator.find()).toBeNull();
  });

  test('because another resource holds the setting is a conflict, and dials nobody', async ({
    operator,
    em,
  }) => {
    const other = kubernetesOwner('SMTPConfig', 'elsewhere', 'default');
    await declareSettings(em, 'smtp', byAdmin, other);

    const outcome = await operator.run(operator.resource(spec({})));

    expect(outcome).toMatchObject({ ready: false, reason: 'Conflict', retry: false, aspects: [] });
    expect(await operator.find()).toEqual({ value: byAdmin, owner: other });
  });

  test('because the database has another key fails until that is cured', async ({
    operator,
    em,
  }) => {
    const foreign = { username: 'id', password: 'v1.00000000.AAAA' };
    await declareSettings(em, 'smtp', { ...byAdmin, auth: foreign }, ADMIN);

    const outcome = await operator.run(operator.resource(spec({})));

    expect(outcome).toMatchObject({ ready: false, reason: 'ReconcileFailed', retry: true });
    expect(outcome.message).toContain('ENCRYPTION_KEY');
  });
});

describe('an SMTPConfig and the web pages', () => {
  test('takes over what they set', async ({ operator, em }) => {
    await declareSettings(em, 'smtp', byAdmin, ADMIN);

    const outcome = await operator.run(operator.resource(spec({ port: closedPort })));

    expect(outcome.ready).toBe(true);
    expect(await operator.find()).toMatchObject({ owner: OWNER, value: { port: closedPort } });
  });

  test('hands them its values when it goes, and needs no Secret for that', async ({ operator }) => {
    const resource = operator.resource(spec({ port: closedPort }));
    await operator.run(resource);
    const before = await operator.find();
    delete operator.secrets['smtp/password'];

    await operator.retire(resource);
    await operator.retire(resource);

    expect(await operator.find()).toEqual({ value: before?.value, owner: ADMIN });
  });

  test('that was never honoured takes nothing along when it goes', async ({ operator, em }) => {
    await declareSettings(em, 'smtp', byAdmin, OWNER);

    await operator.retire(operator.resource(spec({}), { namespace: 'team-a' }));

    expect(await operator.find()).toEqual({ value: byAdmin, owner: OWNER });
  });
});

const byAdmin: SmtpSettings = {
  host: 'mail.example.com',
  port: 25,
  tls: 'none',
  ca: null,
  insecureSkipVerify: false,
  from: { address: 'admin@example.com', name: null },
  auth: null,
};

function spec(change: Partial<SmtpConfigSpec>): SmtpConfigSpec {
  return {
    host: '127.0.0.1',
    port: closedPort,
    tls: { mode: 'StartTLS', insecureSkipVerify: false },
    from: { address: 'id@example.com' },
    auth: { username: 'id', passwordSecretRef: { name: 'smtp', key: 'password' } },
    ...change,
  };
}
