import type { EntityManager, User } from '#core';
import { SoftwareAuthenticator } from '../testing/authenticator.ts';
import { type Answer, Browser, type Door } from '../testing/browser.ts';
import { signIn, signUpPerson } from '../testing/people.ts';
import {
  authorize,
  authorizeUrl,
  exchange,
  type RelyingParty,
  refresh,
  signInTo,
  type Tokens,
  userinfo,
} from '../testing/relying-party.ts';
import type { LoadReport } from './load-report.ts';

interface Means {
  em: EntityManager;
  origin: string;
  door: Door;
  client: RelyingParty;
  raced: RelyingParty;
  report: LoadReport;
}

type Step = () => Promise<void>;

/** One who sends a request after the other: a person with a passkey, a browser that stays signed in, an application. */
export interface Lane {
  /** What it does again and again. */
  cycle(races: boolean): Step[];
  do(step: Step | undefined): Promise<void>;

  /** Whether the session of the first moment is still there. */
  checkSession(): Promise<void>;
}

export async function createLane(means: Means, host: User, name: string): Promise<Lane> {
  const { em, origin, door, client, report } = means;
  const browser = new Browser(door, origin);
  const authenticator = new SoftwareAuthenticator(origin);
  await signUpPerson({ em, browser, authenticator }, host, name);
  let { tokens } = await signInTo(door, browser, client);

  async function checkSession(): Promise<void> {
    const { user } = assertOk(await browser.get('/api/session')).json();
    report.lostSessions += user?.username === name ? 0 : 1;
  }

  const logIn = () => signInAnew({ ...means, authenticator });
  const ask = async () => void assertOk(await userinfo(door, tokens.access_token));
  const renew = async () => {
    const answer = await refresh(door, client, tokens.refresh_token);
    if (answer.statusCode === 400) {
      report.lostTokens += 1;
      ({ tokens } = await signInTo(door, browser, client));
      throw new Error(`refresh: ${answer.body}`);
    }
    tokens = assertOk(answer).json() as Tokens;
  };
  const race = () => useCodeTwice(means, browser);

  return {
    checkSession,
    cycle: (races) => [
      logIn,
      ...[renew, ask, ask, renew, ask, checkSession, renew, ask, ask, renew],
      ...(races ? [race] : []),
    ],
    async do(step) {
      try {
        await step?.();
      } catch (error) {
        const { message } = error as Error;
        // The door has counted these already.
        if (!/^status 5|fetch failed/.test(message)) {
          report.fail(message.slice(0, 200));
        }
      }
    },
  };
}

/** What the pages send when somebody whom an application sent here signs in in a new browser: nine requests. */
async function signInAnew({
  door,
  origin,
  client,
  report,
  authenticator,
}: Means & { authenticator: SoftwareAuthenticator }): Promise<void> {
  const browser = new Browser(door, origin);
  const { url, verifier } = authorizeUrl(client);
  const { pathname } = new URL((await browser.follow(url)).url);
  assertOk(await browser.get('/api/session'));
  assertOk(await browser.get(`${pathname}/details`));
  await signIn(browser, authenticator);
  const { redirectTo } = assertOk(await browser.post(`${pathname}/login`)).json();
  const end = await browser.follow(redirectTo);
  const code = new URL(end.url).searchParams.get('code') ?? '';
  assertOk(await exchange(door, { ...client, params: codeParams(client, code, verifier) }));
  report.signIns += 1;
}

/** Of two who use one code at once at most one may be given tokens. */
async function useCodeTwice(
  { door, raced: client, report }: Means,
  browser: Browser,
): Promise<void> {
  const { code, verifier } = await authorize(browser, client);
  const params = codeParams(client, code, verifier);
  const answers = await Promise.allSettled([1, 2].map(() => exchange(door, { ...client, params })));
  const given = answers.filter(
    (answer) => answer.status === 'fulfilled' && answer.value.statusCode === 200,
  );
  report.races += 1;
  report.doubleSpends += given.length > 1 ? 1 : 0;
}

function codeParams(client: RelyingParty, code: string, verifier: string) {
  return {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.redirectUri,
  };
}

function assertOk(answer: Answer): Answer {
  if (answer.statusCode !== 200) {
    throw new Error(`status ${answer.statusCode}: ${answer.body.slice(0, 200)}`);
  }
  return answer;
}
