import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import {
  ADMIN,
  decideAccess,
  declareClient,
  declareGroup,
  type EntityManager,
  query,
  Refusal,
  retireClient,
} from '#core';
import { clientDeclaration, groupDeclaration } from '#core/testing';
import type { Browser } from '../../testing/browser.ts';
import { useMailServer } from '../../testing/mail-server.ts';
import {
  exchange,
  refresh,
  registerClient,
  signInTo,
  userinfo,
} from '../../testing/relying-party.ts';
import { test } from '../../testing/test.ts';

const GRACE_IS_OVER = `update oidc_records set consumed_at = consumed_at - interval '11 seconds'
  where model = 'RefreshToken' and consumed_at is not null`;

async function countRevocations(em: EntityManager, clientId: string): Promise<number> {
  const events = await query(
    em,
    `select from audit_events where event = 'token_family_revoked' and target = $1`,
    [`client:${clientId}`],
  );
  return events.length;
}

describe('a refresh token', () => {
  test('is exchanged for fresh tokens and a successor at each use', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('ada');
    const { tokens } = await signInTo(app, browser, client);

    const first = await refresh(app, client, tokens.refresh_token);
    const second = await refresh(app, client, first.json().refresh_token);

    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    expect(
      new Set([tokens.refresh_token, first.json().refresh_token, second.json().refresh_token]),
    ).toHaveLength(3);
    expect((await userinfo(app, second.json().access_token)).statusCode).toBe(200);
  });

  test('is not made for a client without the grant', async ({ app, em, signUp }) => {
    const client = await registerClient(em, { grantTypes: ['authorization_code'] });
    const { browser } = await signUp('boole');

    const { tokens } = await signInTo(app, browser, client, { scope: 'openid offline_access' });

    expect(tokens.refresh_token).toBeUndefined();
  });

  test('used by another client is refused, and still works for its own', async ({
    app,
    em,
    signUp,
  }) => {
    const [client, other] = [await registerClient(em), await registerClient(em)];
    const { browser } = await signUp('cantor');
    const { tokens } = await signInTo(app, browser, client);

    const theft = await refresh(app, other, tokens.refresh_token);
    const honest = await refresh(app, client, tokens.refresh_token);

    expect(theft.json().error).toBe('invalid_grant');
    expect(honest.statusCode).toBe(200);
  });

  test('whose answer was lost may be sent once more within ten seconds, and gets the same successor', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('darwin');
    const { tokens } = await signInTo(app, browser, client);

    const lost = await refresh(app, client, tokens.refresh_token);
    const again = await refresh(app, client, tokens.refresh_token);
    const next = await refresh(app, client, again.json().refresh_token);

    expect(again.json().refresh_token).toBe(lost.json().refresh_token);
    expect(next.statusCode).toBe(200);
    expect(await countRevocations(em, client.clientId)).toBe(0);
  });

  test('sent a third time revokes the family', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('euler');
    const { tokens } = await signInTo(app, browser, client);
    await refresh(app, client, tokens.refresh_token);
    const again = await refresh(app, client, tokens.refresh_token);

    const third = await refresh(app, client, tokens.refresh_token);

    expect(third.json().error).toBe('invalid_grant');
    expect((await refresh(app, client, again.json().refresh_token)).statusCode).toBe(400);
    expect(await countRevocations(em, client.clientId)).toBe(1);
  });

  test('sent again after its successor was used revokes the family, which is audited', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp('fermat');
    const { tokens } = await signInTo(app, browser, client);
    const first = await refresh(app, client, tokens.refresh_token);
    const second = await refresh(app, client, first.json().refresh_token);
    await useMailServer(em, 1);

    const replay = await refresh(app, client, tokens.refresh_token);

    expect(replay.json().error).toBe('invalid_grant');
    expect((await refresh(app, client, second.json().refresh_token)).json().error).toBe(
      'invalid_grant',
    );
    expect((await userinfo(app, second.json().access_token)).statusCode).toBe(401);
    const [event] = await query(
      em,
      `select user_id, details from audit_events where event = 'token_family_revoked' and target = $1`,
      [`client:${client.clientId}`],
    );
    expect(event).toEqual({ user_id: user.id, details: { reused: 'refresh_token' } });
    expect(JSON.stringify(event)).not.toContain(tokens.refresh_token);
    const mails = await query(em, 'select kind, recipient from mails where user_id = $1', [
      user.id,
    ]);
    expect(mails).toEqual([{ kind: 'tokens_revoked', recipient: user.email }]);
  });

  test('sent again after ten seconds revokes the family', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('gauss');
    const { tokens } = await signInTo(app, browser, client);
    const first = await refresh(app, client, tokens.refresh_token);
    await query(em, GRACE_IS_OVER);

    const replay = await refresh(app, client, tokens.refresh_token);

    expect(replay.json().error).toBe('invalid_grant');
    expect((await refresh(app, client, first.json().refresh_token)).statusCode).toBe(400);
  });

  test('sent twenty times at once is answered once, and the family lives on', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('hilbert');
    const { tokens } = await signInTo(app, browser, client);

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(app, client, tokens.refresh_token)),
    );

    const won = answers.filter(({ statusCode }) => statusCode === 200);
    const lost = answers.filter(({ statusCode }) => statusCode !== 200);
    expect(won).toHaveLength(1);
    expect(lost.every((answer) => answer.json().error === 'invalid_grant')).toBe(true);
    await sleep(20);
    expect((await refresh(app, client, won[0]?.json().refresh_token)).statusCode).toBe(200);
  });
});

describe('a refresh token is worth nothing after', () => {
  interface Fall {
    em: EntityManager;
    browser: Browser;
    userId: string;
    username: string;
    clientId: string;
  }

  test.for<[string, (fall: Fall) => Promise<unknown>]>([
    [
      'the person was disabled',
      ({ em, userId }) => query(em, 'update users set disabled_at = now() where id = $1', [userId]),
    ],
    [
      'the person was deleted',
      ({ em, userId }) => query(em, 'delete from users where id = $1', [userId]),
    ],
    [
      'the application was closed to their groups',
      ({ em, clientId }) =>
        declareClient(
          em,
          clientDeclaration(clientId, { accessMode: 'groups', accessGroups: ['board'] }),
          ADMIN,
        ),
    ],
    [
      'the person left the group that opened it',
      async ({ em, clientId, userId, username }) => {
        const opening = (declaredMembers: string[]) =>
          declareGroup(em, groupDeclaration('openers', { declaredMembers }), ADMIN);
        await opening([username]);
        await declareClient(
          em,
          clientDeclaration(clientId, { accessMode: 'groups', accessGroups: ['openers'] }),
          ADMIN,
        );
        expect(await decideAccess(em, userId, clientId)).not.toBeInstanceOf(Refusal);
        await opening([]);
      },
    ],
    [
      'the application was closed to everybody',
      ({ em, clientId }) =>
        declareClient(em, clientDeclaration(clientId, { accessMode: 'nobody' }), ADMIN),
    ],
    [
      'the consent was taken back',
      ({ em, userId }) => query(em, 'delete from consents where user_id = $1', [userId]),
    ],
    [
      'the session ended',
      ({ browser }) =>
        browser.send({
          method: 'DELETE',
          url: '/api/session',
          headers: { 'sec-fetch-site': 'same-origin' },
        }),
    ],
  ])('%s', async ([reason, fall], { app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser, user } = await signUp(reason.replaceAll(' ', '-').slice(4));
    const { tokens } = await signInTo(app, browser, client);

    const { id: userId, username } = user;
    await fall({ em, browser, userId, username, clientId: client.clientId });
    const answer = await refresh(app, client, tokens.refresh_token);

    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_grant']);
    expect((await userinfo(app, tokens.access_token)).statusCode).toBe(401);
  });

  test('the grant was taken from the client', async ({ app, em, signUp }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('kepler');
    const { tokens } = await signInTo(app, browser, client);

    const grantTypes = ['authorization_code' as const];
    await declareClient(em, clientDeclaration(client.clientId, { grantTypes }), ADMIN);
    const answer = await refresh(app, client, tokens.refresh_token);

    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });

  test('the client was retired, which is then unknown (RFC 6749 §5.2: invalid_client)', async ({
    app,
    em,
    signUp,
  }) => {
    const client = await registerClient(em);
    const { browser } = await signUp('jacobi');
    const { tokens } = await signInTo(app, browser, client);

    await retireClient(em, client.clientId, ADMIN);
    const answer = await refresh(app, client, tokens.refresh_token);

    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
  });
});

test('a code used a second time takes back what it gave', async ({ app, em, signUp }) => {
  const client = await registerClient(em);
  const { browser } = await signUp('laplace');
  const { tokens, code } = await signInTo(app, browser, client);

  const replay = await exchange(app, { ...client, params: code });

  expect(replay.json().error).toBe('invalid_grant');
  expect((await userinfo(app, tokens.access_token)).statusCode).toBe(401);
  expect((await refresh(app, client, tokens.refresh_token)).json().error).toBe('invalid_grant');
  expect(await countRevocations(em, client.clientId)).toBe(1);
});

test('a refresh token gives no more access to an application that was retired (RFC 8707 §2: invalid_target)', async ({
  app,
  em,
  signUp,
}) => {
  const [client, api] = [await registerClient(em), await registerClient(em)];
  const { browser } = await signUp('lagrange');
  const resource = `urn:permiso:client:${api.clientId}`;
  const { tokens } = await signInTo(app, browser, client, { resource });

  await retireClient(em, api.clientId, ADMIN);
  const answer = await exchange(app, {
    ...client,
    params: { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, resource },
  });

  expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_target']);
});
