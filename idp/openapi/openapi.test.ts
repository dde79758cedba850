import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { describe, expect } from 'vitest';
import { createApiKey, query } from '#core';
import type { Answer } from '../testing/browser.ts';
import { test as base } from '../testing/test.ts';

interface Operation {
  method: string;
  path: string;
  operationId?: string;
  summary?: string;
  access: string;
  statuses: string[];
  requestBody?: object;
}

type Send = (operation: Operation, instead?: InjectOptions) => Promise<Answer>;

/** One line for each route that answers otherwise than expected. */
type Mistakes = Record<string, unknown>;

interface Document {
  paths: Record<string, Record<string, Record<string, unknown> & { responses: object }>>;
}

const test = base.extend<{
  operations: Operation[];

  /** Whoever calls; each is somebody of their own. */
  as: Record<'nobody' | 'plain' | 'admin', Send> & {
    key(scope: 'read-only' | 'full', isAdmin?: boolean): Promise<Send>;
  };
}>({
  operations: async ({ app }, use) => {
    const { paths } = (await app.inject('/api/openapi.json')).json() as Document;
    await use(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { responses, ...told }]) => ({
          ...told,
          method: method.toUpperCase(),
          path,
          access: String(told['x-access']),
          statuses: Object.keys(responses),
        })),
      ),
    );
  },
  as: async ({ app, em, signUp }, use) => {
    const { browser: plain, user } = await signUp(`plain-${randomUUID().slice(0, 8)}`);
    const { browser: admin, user: chief } = await signUp(`admin-${randomUUID().slice(0, 8)}`);
    await query(em, 'update users set is_admin = true where id = $1', [chief.id]);
    const origin = { 'sec-fetch-site': 'same-origin' };
    await use({
      nobody: (operation) => app.inject({ ...toRequest(operation), headers: origin }),
      plain: (operation) => plain.send({ ...toRequest(operation), headers: origin }),
      admin: (operation, instead) =>
        admin.send({ ...toRequest(operation), headers: origin, ...instead }),
      key: async (scope, isAdmin = true) => {
        const userId = isAdmin ? chief.id : user.id;
        const wanted = { userId, name: scope, scope, expiresAt: null };
        const { token } = await createApiKey(em, wanted, { actor: 'nobody' });
        return (operation) =>
          app.inject({ ...toRequest(operation), headers: { 'x-api-key': token } });
      },
    });
  },
});

/** Things that do not exist, and a body that says nothing: who may not call must not hear of either. */
function toRequest({ method, path }: Operation) {
  const url = path.replaceAll(/\{[^}]+\}/g, () => randomUUID());
  return { method: method as 'GET', url, ...(method === 'GET' ? {} : { payload: {} }) };
}

/** Sends each operation in turn, those that end a session last. */
async function check(
  operations: Operation[],
  send: Send,
  isRight: (operation: Operation, answer: { status: number; code: string }) => boolean,
): Promise<Mistakes> {
  const mistakes: Mistakes = {};
  const inOrder = operations.toSorted(
    (one, other) => Number(one.operationId === 'signOut') - Number(other.operationId === 'signOut'),
  );
  for (const operation of inOrder) {
    const { statusCode: status, headers, body } = await send(operation);
    const isProblem = headers['content-type']?.toString().startsWith('application/problem+json');
    const answer = { status, code: isProblem ? JSON.parse(body).code : '' };
    if (!isRight(operation, answer) || !operation.statuses.includes(`${status}`)) {
      mistakes[`${operation.method} ${operation.path}`] = answer;
    }
  }
  return mistakes;
}

const isOpen = ({ status, code }: { status: number; code: string }) =>
  status < 500 && !['not_signed_in', 'not_allowed', 'api_key_not_allowed'].includes(code);

describe('every route of the JSON API', () => {
  test('is described: by an id of its own, a line, and who may call it', ({ operations }) => {
    const ids = operations.map(({ operationId }) => operationId);

    expect(operations.filter(({ operationId }) => !operationId)).toEqual([]);
    expect(operations.filter(({ summary }) => !summary || summary.includes('\n'))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(70);
  });

  test('refuses nobody in particular, unless it is for anybody', async ({ operations, as }) => {
    const mistakes = await check(operations, as.nobody, ({ access }, answer) =>
      access === 'anybody'
        ? answer.code !== 'not_signed_in' && answer.status < 500
        : answer.status === 401 && answer.code === 'not_signed_in',
    );

    expect(mistakes).toEqual({});
  });

  test('refuses a person where it is for administrators', async ({ operations, as }) => {
    const mistakes = await check(operations, as.plain, ({ access }, answer) =>
      access === 'administrator'
        ? answer.status === 403 && answer.code === 'not_allowed'
        : answer.status < 500 && answer.code !== 'not_signed_in',
    );

    expect(mistakes).toEqual({});
  });

  test('is open to an administrator', async ({ operations, as }) => {
    const forAdministrators = operations.filter(({ access }) => access !== 'anybody');

    const mistakes = await check(forAdministrators, as.admin, (_operation, answer) =>
      isOpen(answer),
    );

    expect(mistakes).toEqual({});
  });

  test('changes nothing for a key that may only read', async ({ operations, as }) => {
    const mistakes = await check(
      operations,
      await as.key('read-only'),
      ({ method, access }, answer) => {
        if (method !== 'GET') {
          return answer.status === 403 && answer.code === 'api_key_read_only';
        }
        return access === 'hands' ? answer.code === 'api_key_not_allowed' : answer.status < 500;
      },
    );

    expect(mistakes).toEqual({});
  });

  test('that asks for hands, or lets people in, is closed to every key', async ({
    operations,
    as,
  }) => {
    const mistakes = await check(operations, await as.key('full'), ({ method, access }, answer) => {
      const isByHand = access === 'hands' || (access === 'anybody' && method !== 'GET');
      return isByHand
        ? answer.status === 403 && answer.code === 'api_key_not_allowed'
        : answer.status < 500 && (access === 'anybody' || isOpen(answer));
    });

    expect(mistakes).toEqual({});
  });

  test('for administrators is closed to the key of somebody else', async ({ operations, as }) => {
    const forAdministrators = operations.filter(({ access }) => access === 'administrator');

    const mistakes = await check(
      forAdministrators,
      await as.key('full', false),
      (_operation, answer) => answer.status === 403 && answer.code === 'not_allowed',
    );

    expect(mistakes).toEqual({});
  });
});

describe('every route that changes something', () => {
  const SIMPLE = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  const FOREIGN = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }];

  test.for(SIMPLE.flatMap((type) => FOREIGN.map((from) => ({ 'content-type': type, ...from }))))(
    'refuses what another site has a browser send: %j',
    async (headers, { operations, as }) => {
      const changes = operations.filter(({ method }) => method !== 'GET');
      const send: Send = (operation) => as.admin(operation, { headers, payload: 'isAdmin=true' });

      const mistakes = await check(
        changes,
        send,
        (_operation, { status, code }) => status === 403 && code === 'cross_site',
      );

      expect(mistakes).toEqual({});
    },
  );

  test.for<[string, () => string]>([
    ['a body of 100,000 levels', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a list of 100,000 levels', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a prototype', () => '{"__proto__":{"isAdmin":true}}'],
    ['a constructor', () => '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ['no JSON', () => '{"name":'],
    ['no object', () => '"name"'],
    ['more than 1 MB', () => JSON.stringify({ name: 'x'.repeat(1024 * 1024) })],
  ])('refuses %s', async ([, make], { operations, as }) => {
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    const payload = make();
    const told = operations.filter(({ requestBody }) => requestBody);

    const mistakes = await check(
      told,
      (operation) => as.admin(operation, { headers, payload }),
      (_operation, { status }) => status >= 400 && status < 500,
    );

    expect(told.length).toBeGreaterThan(20);
    expect(mistakes).toEqual({});
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test('is spared 50 MB', async ({ operations, as }) => {
    const createClient = operations.filter(({ operationId }) => operationId === 'createClient');
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    const payload = Buffer.alloc(50 * 1024 * 1024, 'x');

    const mistakes = await check(
      createClient,
      (operation) => as.admin(operation, { headers, payload }),
      (_operation, { status }) => status === 413,
    );

    expect(createClient).toHaveLength(1);
    expect(mistakes).toEqual({});
  });
});
