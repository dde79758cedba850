import { describe, expect, vi } from 'vitest';
import { ADMIN, addClientSecret, declareClient, kubernetesOwner, query } from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { exchange } from '../testing/relying-party.ts';
import { startReplica, test } from '../testing/test.ts';

const MACHINE = {
  name: 'Machine',
  grantTypes: ['client_credentials'],
  callbackUrls: ['https://machine.example.com/callback'],
};
const WIKI = kubernetesOwner('OIDCClient', 'apps', 'wiki');

const revoke = (browser: Browser, id: string, secret: string) =>
  browser.send({
    method: 'DELETE',
    url: `/api/clients/${id}/secrets/${secret}`,
    payload: {},
    headers: { 'sec-fetch-site': 'same-origin' },
  });

const patch = (browser: Browser, id: string, payload: object) =>
  browser.send({
    method: 'PATCH',
    url: `/api/clients/${id}`,
    payload,
    headers: { 'sec-fetch-site': 'same-origin' },
  });

describe('a secret that an administrator makes', () => {
  test('works at the token endpoint, is told once, and is kept as its hash', async ({
    admin,
    app,
    em,
  }) => {
    await admin.post('/api/clients', { id: 'once', ...MACHINE });

    const made = (await admin.post('/api/clients/once/secrets')).json();

    const params = { grant_type: 'client_credentials' };
    const tokens = await exchange(app, { clientId: 'once', secret: made.value, params });
    expect(tokens.statusCode).toBe(200);
    const read = await admin.get('/api/clients/once');
    expect(read.json().secrets).toEqual([
      { id: made.id, source: 'web', createdAt: made.createdAt, expiresAt: null },
    ]);
    const rows = await query<{ text: string }>(
      em,
      `select row_to_json(s)::text as text from client_secrets s
       union all select row_to_json(a)::text from audit_events a`,
    );
    expect([read.body, ...rows.map(({ text }) => text)].join()).not.toContain(made.value);
  });

  test('takes over while the others live on for as long as they are given', async ({
    admin,
    em,
  }) => {
    await admin.post('/api/clients', { id: 'rotated', ...MACHINE });
    const old = (await admin.post('/api/clients/rotated/secrets')).json();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const soon = (await admin.post('/api/clients/rotated/secrets', { expiresAt })).json();

    const fresh = (await admin.post('/api/clients/rotated/secrets', { othersEndIn: 3600 })).json();

    const { secrets } = (await admin.get('/api/clients/rotated/secrets')).json();
    const endOf = (id: string) => secrets.find((one: { id: string }) => one.id === id).expiresAt;
    expect(endOf(fresh.id)).toBeNull();
    expect(endOf(soon.id)).toBe(expiresAt);
    expect(Date.parse(endOf(old.id)) - Date.now()).toBeGreaterThan(3_000_000);
    const events = await query<{ details: { ids: string[] }; actor: string }>(
      em,
      `select details, actor from audit_events
       where event = 'client_secrets_ended' and target = 'client:rotated'`,
    );
    expect(events).toMatchObject([
      { details: { ids: [old.id] }, actor: expect.stringMatching(/^user:/) },
    ]);
  });

  test('is refused in the past, and when there are too many', async ({ admin }) => {
    await admin.post('/api/clients', { id: 'many', ...MACHINE });
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    const past = await admin.post('/api/clients/many/secrets', { expiresAt });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => admin.post('/api/clients/many/secrets')),
    );

    expect(past.json()).toMatchObject({ status: 422, field: 'expiresAt' });
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(8);
    expect(answers.find(({ statusCode }) => statusCode !== 201)?.json()).toMatchObject({
      status: 422,
      field: 'secrets',
    });
  });

  test('is refused to a public client and to one that is not there', async ({ admin }) => {
    await admin.post('/api/clients', {
      id: 'open',
      name: 'Open',
      type: 'public',
      callbackUrls: MACHINE.callbackUrls,
    });

    expect((await admin.post('/api/clients/open/secrets')).json()).toMatchObject({ field: 'type' });
    expect((await admin.post('/api/clients/nowhere/secrets')).statusCode).toBe(404);
  });

  test('is revoked by an administrator even where a resource took the client over', async ({
    admin,
    em,
  }) => {
    await admin.post('/api/clients', { id: 'adopted', ...MACHINE });
    const own = (await admin.post('/api/clients/adopted/secrets')).json();
    await declareClient(em, clientDeclaration('adopted'), WIKI, { adoption: 'overwrite' });
    const { secret: theirs } = await addClientSecret(em, 'adopted', 'declared');

    expect((await revoke(admin, 'adopted', theirs.id)).json().title).toContain(WIKI);
    expect((await revoke(admin, 'adopted', own.id)).statusCode).toBe(204);
    expect((await revoke(admin, 'adopted', own.id)).statusCode).toBe(404);
    const { secrets } = (await admin.get('/api/clients/adopted/secrets')).json();
    expect(secrets).toEqual([expect.objectContaining({ id: theirs.id, source: 'declared' })]);
  });
});

describe('on every replica at once', () => {
  test('a revoked secret is none and a closed client gives no token', async ({
    admin,
    database,
    databaseUrl,
    em,
  }) => {
    const replica = await startReplica({ database, databaseUrl });
    try {
      await vi.waitFor(() => expect(replica.services.changes.isLive).toBe(true));
      await declareClient(
        em,
        clientDeclaration('felt', { grantTypes: ['client_credentials'] }),
        ADMIN,
      );
      const made = (await admin.post('/api/clients/felt/secrets')).json();
      const ask = async () =>
        (
          await exchange(replica.app, {
            clientId: 'felt',
            secret: made.value,
            params: { grant_type: 'client_credentials' },
          })
        ).statusCode;
      await vi.waitFor(async () => expect(await ask()).toBe(200));

      await patch(admin, 'felt', { accessTokenLifetime: 61 });
      await vi.waitFor(async () =>
        expect((await replica.services.clients.find('felt'))?.access_token_lifetime).toBe(61),
      );
      await revoke(admin, 'felt', made.id);

      await vi.waitFor(async () => expect(await ask()).toBe(401));
    } finally {
      await replica.stop();
    }
  });

  test('a client that is closed opens for nobody', async ({ admin, signUp }) => {
    await admin.post('/api/clients', {
      id: 'closing',
      name: 'Closing',
      callbackUrls: ['https://closing.example.com/callback'],
      skipConsent: true,
    });
    const { browser } = await signUp('visitor');
    const applications = async () => (await browser.get('/api/applications')).json();
    expect(await applications()).toContainEqual(expect.objectContaining({ id: 'closing' }));

    await patch(admin, 'closing', { accessMode: 'nobody' });

    expect(await applications()).not.toContainEqual(expect.objectContaining({ id: 'closing' }));
  });
});
