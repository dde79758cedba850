import { type Answer, Browser } from '../testing/browser.ts';
import { signIn } from '../testing/people.ts';
import {
  authorizeUrl,
  call,
  exchange,
  introspect,
  refresh,
  signInTo,
  userinfo,
} from '../testing/relying-party.ts';
import type { Lane } from './lanes.ts';

/** One kind of request, and what it may cost. */
export interface Scenario {
  name: string;

  /** What one request of the table is made of. */
  description: string;

  /** Milliseconds of server CPU (product.md §7), where a number was promised. */
  limitMs: number | null;

  /** How often it is done in one run. */
  requests: number;
  run(lane: Lane): Promise<void>;
}

export const scenarios: Scenario[] = [
  {
    name: 'login',
    description: 'authorize, page, session, passkey, code, tokens: nine requests of a new browser',
    limitMs: 8,
    requests: 80,
    run: logIn,
  },
  {
    name: 'sso',
    description: 'authorize and code for a browser that is signed in: two requests',
    limitMs: null,
    requests: 120,
    run: async ({ door, browser, client }) => {
      const { tokens } = await signInTo(door, browser, client);
      assert(tokens.id_token, 'no ID token', tokens);
    },
  },
  {
    name: 'client-credentials',
    description: 'a token for the application itself',
    limitMs: 0.8,
    requests: 250,
    run: async ({ door, client }) => {
      const params = { grant_type: 'client_credentials' };
      assertOk(await exchange(door, { ...client, params }));
    },
  },
  {
    name: 'refresh',
    description: 'a refresh token for the next one, an access token and an ID token',
    limitMs: 1.6,
    requests: 200,
    run: async (lane) => {
      const answer = await refresh(lane.door, lane.client, lane.tokens.refresh_token);
      lane.tokens = assertOk(answer).json();
    },
  },
  {
    name: 'userinfo',
    description: 'the claims of an access token',
    limitMs: 0.7,
    requests: 250,
    run: async ({ door, tokens }) => {
      assertOk(await userinfo(door, tokens.access_token));
    },
  },
  {
    name: 'introspection',
    description: 'whether an access token of a person is active',
    limitMs: null,
    requests: 250,
    run: async ({ door, client, tokens }) => {
      const answer = await introspect(door, client, tokens.access_token);
      assert(answer.active === true, 'the token is not active', answer);
    },
  },
  {
    name: 'discovery',
    description: '/.well-known/openid-configuration',
    limitMs: null,
    requests: 250,
    run: async ({ door }) => {
      assertOk(await door.inject({ url: '/.well-known/openid-configuration' }));
    },
  },
  {
    name: 'jwks',
    description: '/.well-known/jwks.json',
    limitMs: null,
    requests: 250,
    run: async ({ door }) => {
      assertOk(await door.inject({ url: '/.well-known/jwks.json' }));
    },
  },
];

/** What the pages send when a person whom an application sent here signs in with a passkey. */
async function logIn({ door, origin, authenticator, client }: Lane): Promise<void> {
  const browser = new Browser(door, origin);
  const { url, verifier } = authorizeUrl(client);
  const page = await browser.follow(url);
  const { pathname } = new URL(page.url);
  assertOk(await browser.get('/api/session'));
  assertOk(await browser.get(`${pathname}/details`));
  await signIn(browser, authenticator);
  const answer = assertOk(await browser.post(`${pathname}/login`));
  const end = await browser.follow(answer.json().redirectTo);
  const params = {
    grant_type: 'authorization_code',
    code: new URL(end.url).searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };
  assertOk(await call(door, '/oauth/token', { ...client, params }));
}

function assertOk(answer: Answer): Answer {
  assert(answer.statusCode === 200, `status ${answer.statusCode}`, answer.body);
  return answer;
}

function assert(isTrue: unknown, what: string, answer: unknown): void {
  if (!isTrue) {
    throw new Error(`${what}: ${JSON.stringify(answer)}`);
  }
}
