import { describe, expect } from 'vitest';
import {
  declareClient,
  declareGroup,
  type EntityManager,
  kubernetesOwner,
  query,
  raiseFence,
  recordResource,
} from '#core';
import { clientDeclaration, groupDeclaration } from '#core/testing';
import { test } from '../testing/test.ts';

async function declare(
  em: EntityManager,
  [kind, namespace, name]: [string, string, string],
  verdict: { reason: string; message: string },
): Promise<void> {
  const ready = verdict.reason === 'Reconciled';
  const spec = { host: 'secret-host' };
  const epoch = await raiseFence(em);
  await recordResource(em, { kind, namespace, name, spec, ready, ...verdict }, epoch);
}

const READY = { reason: 'Reconciled', message: 'it is registered' };

describe('resources', () => {
  test('are for administrators alone', async ({ browser, signUp }) => {
    const { browser: member } = await signUp('member');

    expect((await browser.get('/api/resources')).statusCode).toBe(401);
    expect((await member.get('/api/resources')).statusCode).toBe(403);
  });

  test('say what they declare, and what keeps them from it; that comes first', async ({
    admin,
    em,
  }) => {
    await query(em, 'delete from resources');
    const wiki = kubernetesOwner('OIDCClient', 'apps', 'wiki');
    await declareClient(em, clientDeclaration('wiki-id'), wiki);
    await declareGroup(em, groupDeclaration('readers'), kubernetesOwner('Group', 'apps', 'team'));
    await declare(em, ['OIDCClient', 'apps', 'wiki'], READY);
    await declare(em, ['Group', 'apps', 'team'], READY);
    const conflict = { reason: 'Conflict', message: 'client "x" is declared by another' };
    await declare(em, ['OIDCClient', 'zoo', 'late'], conflict);

    const { resources, next } = (await admin.get('/api/resources')).json();

    expect(resources).toMatchObject([
      {
        kind: 'OIDCClient',
        namespace: 'zoo',
        name: 'late',
        ready: false,
        ...conflict,
        declares: null,
      },
      { kind: 'Group', name: 'team', ready: true, declares: { noun: 'group', id: 'readers' } },
      { kind: 'OIDCClient', name: 'wiki', declares: { noun: 'client', id: 'wiki-id' } },
    ]);
    expect(next).toBeNull();
    expect(JSON.stringify(resources)).not.toContain('secret-host');
  });

  test('are found by a part of their name and by whether they are ready', async ({ admin, em }) => {
    await query(em, 'delete from resources');
    await declare(em, ['OIDCClient', 'apps', 'wiki_a'], READY);
    await declare(em, ['OIDCClient', 'apps', 'wikixb'], { reason: 'Invalid', message: 'no' });
    const names = async (asked: string) =>
      (await admin.get(`/api/resources?${asked}`)).json().resources.map(nameOf);

    expect(await names('search=WIKI')).toEqual(['wikixb', 'wiki_a']);
    expect(await names('search=apps/wiki_')).toEqual(['wiki_a']);
    expect(await names('ready=false')).toEqual(['wikixb']);
    expect(await names('ready=true&search=nothing')).toEqual([]);
  });

  test('come in pages, each of them once', async ({ admin, em }) => {
    await query(em, 'delete from resources');
    await query(
      em,
      `insert into resources (kind, namespace, name, ready, reason, message, updated_at)
       select 'Group', 'apps', 'team-' || n, n % 3 > 0, 'x', 'y', now() from generate_series(1, 120) n`,
    );

    const seen: string[] = [];
    let after = '';
    do {
      const page = (await admin.get(`/api/resources?after=${after}`)).json();
      seen.push(...page.resources.map(nameOf));
      after = page.next;
    } while (after);

    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
  });

  test.for(['after=nonsense', 'after=WzEsMl0', 'limit=-1', 'ready=perhaps'])(
    'asked for by %s are refused',
    async (asked, { admin }) => {
      const { statusCode } = await admin.get(`/api/resources?${asked}`);

      expect([400, 422]).toContain(statusCode);
    },
  );
});

function nameOf({ name }: { name: string }): string {
  return name;
}
