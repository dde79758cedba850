import { describe, expect } from 'vitest';
import { ADMIN, kubernetesOwner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { clientDeclaration, test } from '../testing/test.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { declareClient, findClient, getClient, retireClient } from './client.registry.ts';
import { addClientSecret, listClientSecrets } from './client-secret.registry.ts';

const GRAFANA = kubernetesOwner('OIDCClient', 'apps', 'grafana');

describe('declaring a client', () => {
  test('twice changes nothing the second time', async ({ em }) => {
    const first = await declareClient(em, clientDeclaration('repeated'), ADMIN);
    const second = await declareClient(em.fork(), clientDeclaration('repeated'), ADMIN);

    expect([first.changed, second.changed]).toEqual([true, false]);
    expect(second.client.updatedAt).toEqual(first.client.updatedAt);
  });

  test('that another owner holds is refused by name, and changes nothing', async ({ em }) => {
    await declareClient(em, clientDeclaration('grafana'), GRAFANA);

    const theft = declareClient(em, clientDeclaration('grafana', { name: 'Mine now' }), ADMIN);

    await expect(theft).rejects.toMatchObject({
      code: 'owned_elsewhere',
      message:
        'client "grafana" is declared by kubernetes:OIDCClient/apps/grafana and can only be changed there',
    });
    expect((await getClient(em.fork(), 'grafana')).name).toBe('grafana');
  });

  test('leaves one row when two do it at once', async ({ database }) => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        declareClient(database.em.fork(), clientDeclaration('raced'), ADMIN),
      ),
    );

    expect(attempts.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await findClient(database.em.fork(), 'raced')).not.toBeNull();
  });

  test.for<[string, Partial<ClientDeclaration>, string]>([
    ['runs code', { callbackUrls: ['javascript:alert(1)'] }, 'not safe to redirect to'],
    ['renders itself', { callbackUrls: ['data:text/html,hi'] }, 'not safe to redirect to'],
    [
      'leaves the machine unencrypted',
      { callbackUrls: ['http://wiki.example/cb'] },
      'must use https',
    ],
    [
      'carries a fragment',
      { callbackUrls: ['https://wiki.example/cb#x'] },
      'must not carry a fragment',
    ],
    ['hides its host', { callbackUrls: ['https://good@evil.example/'] }, 'user information'],
    ['has a wildcard', { callbackUrls: ['https://*.example.com/cb'] }, 'wildcard'],
    ['is relative', { callbackUrls: ['/cb'] }, 'not an absolute URL'],
    ['goes nowhere', { callbackUrls: [] }, 'at least one callback URL'],
    [
      'is one of too many',
      { callbackUrls: Array.from({ length: 65 }, (_, n) => `https://a.example/${n}`) },
      'at most 64',
    ],
    ['opens a file', { launchUrl: 'file:///etc/passwd' }, 'must be an https URL'],
    ['names no group', { accessMode: 'groups', accessGroups: [] }, 'at least one group'],
    ['is public without PKCE', { type: 'public', pkceRequired: false }, 'must use PKCE'],
  ])('whose URL or access %s is refused with the reason', async ([, overrides, reason], { em }) => {
    const refused = declareClient(em, clientDeclaration('unsafe', overrides), ADMIN);

    await expect(refused).rejects.toThrow(reason);
    expect(await findClient(em.fork(), 'unsafe')).toBeNull();
  });

  test.for([
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:8080/cb',
    'com.example.app:/cb',
  ])('with %s is accepted (RFC 8252)', async (url, { em }) => {
    const { client } = await declareClient(
      em,
      clientDeclaration('native', { callbackUrls: [url] }),
      ADMIN,
    );

    expect(client.callbackUrls).toEqual([url]);
  });
});

describe('retiring a client', () => {
  test('takes its secrets along and may be repeated', async ({ em }) => {
    await declareClient(em, clientDeclaration('gone'), ADMIN);
    await addClientSecret(em, 'gone', 'web');

    await retireClient(em, 'gone', ADMIN);
    await retireClient(em, 'gone', ADMIN);

    expect(await findClient(em.fork(), 'gone')).toBeNull();
    expect(await listClientSecrets(em.fork(), 'gone')).toEqual([]);
  });

  test('of another owner leaves it alone', async ({ em }) => {
    await declareClient(em, clientDeclaration('kept'), GRAFANA);

    await retireClient(em, 'kept', ADMIN);

    expect(await findClient(em.fork(), 'kept')).not.toBeNull();
  });
});

describe('the database itself', () => {
  test('refuses a change to an owned row by anybody else, whatever our code forgot', async ({
    em,
  }) => {
    await declareClient(em, clientDeclaration('guarded'), GRAFANA);

    for (const sql of [
      `update clients set name = 'stolen' where id = 'guarded'`,
      `delete from clients where id = 'guarded'`,
      `update clients set owner = 'admin' where id = 'guarded'`,
    ]) {
      await expect(query(em, sql)).rejects.toThrow(
        'is declared by kubernetes:OIDCClient/apps/grafana',
      );
    }
  });

  test('refuses a row in the name of somebody who is not acting', async ({ em }) => {
    await declareClient(em, clientDeclaration('own'), ADMIN);

    const forgery = query(em, `update clients set owner = $1 where id = 'own'`, [GRAFANA]);

    await expect(forgery).rejects.toThrow('in the name of');
  });

  test('keeps the audit log append-only', async ({ em }) => {
    await declareClient(em, clientDeclaration('audited'), ADMIN);

    await expect(query(em, `update audit_events set actor = 'nobody'`)).rejects.toThrow(
      'append-only',
    );
  });
});
