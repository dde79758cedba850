import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createUser } from '#core';
import { person, test as registryTest } from '#core/testing';
import { SoftwareAuthenticator } from '../authenticator.ts';
import { Browser } from '../browser.ts';
import { signIn, signUpPerson } from '../people.ts';
import type { RelyingParty } from '../relying-party.ts';
import { type Replicas, startReplicas } from '../replicas.ts';
import { type Application, type Outcome, startApplication } from './application.ts';
import type { Landing, Task } from './messages.ts';

/** Somebody with a passkey, who agrees to whatever is asked. */
export interface Visitor {
  id: string;

  /** What the passkey was used for, or agreed to, since the application sent the browser away. */
  steps: string[];
  visit(url: string): Promise<Landing>;
  signOut(): Promise<void>;
}

type Drive = Omit<Task, 'client'> & { client: RelyingParty; by?: Visitor };

interface FlowFixtures {
  replicas: Replicas;
  application: Application;

  /** Somebody who is signed in with a passkey. */
  ada: Visitor;

  /** Lets the application do a flow; every one must have met both replicas. */
  drive(drive: Drive): Promise<Outcome>;
}

export const test = registryTest.extend<FlowFixtures>({
  replicas: [
    async ({ databaseUrl }, use) => {
      const replicas = await startReplicas(databaseUrl);
      await use(replicas);
      await replicas.stop();
    },
    { scope: 'file' },
  ],
  application: [
    async ({ replicas }, use) => {
      const application = await startApplication(replicas.origin);
      await use(application);
      await application.stop();
    },
    { scope: 'file' },
  ],
  ada: async ({ replicas, em }, use) => {
    const browser = new Browser(replicas.door, replicas.origin);
    const authenticator = new SoftwareAuthenticator(replicas.origin);
    const host = person(`host-${randomUUID().slice(0, 8)}`);
    const admin = await createUser(em, host, { id: randomUUID(), isAdmin: true });
    const name = `ada-${randomUUID().slice(0, 8)}`;
    const { id } = await signUpPerson({ em, browser, authenticator }, admin, name);
    await signIn(browser, authenticator);
    await use(toVisitor(id, { browser, authenticator }));
  },
  drive: async ({ application, replicas, ada }, use) => {
    await use(async ({ client: { clientId, secret, redirectUri }, by = ada, ...task }) => {
      replicas.journal.length = 0;
      by.steps.length = 0;
      const outcome = await application.run(
        { ...task, client: { id: clientId, secret, redirectUri } },
        by.visit,
      );
      expect(new Set(replicas.journal.map(({ replica }) => replica))).toEqual(new Set([0, 1]));
      return outcome;
    });
  },
});

interface Means {
  browser: Browser;
  authenticator: SoftwareAuthenticator;
}

function toVisitor(id: string, means: Means): Visitor {
  const { browser } = means;
  const steps: string[] = [];
  return {
    id,
    steps,
    async visit(url) {
      const { origin } = new URL(url);
      const follow = (target: string) => browser.follow(new URL(target, origin).href);
      let end = await enter(await follow(url), browser);
      while (new URL(end.url).pathname.startsWith('/interaction/')) {
        end = await follow(await takeStep(new URL(end.url).pathname, means, steps));
      }
      return land(end, browser);
    },
    async signOut() {
      const headers = { 'sec-fetch-site': 'same-origin' };
      await browser.send({ method: 'DELETE', url: '/api/session', headers });
    },
  };
}

/** At the page for devices the code stands in the address already; the person only has to send it off. */
async function enter(end: End, browser: Browser): Promise<End> {
  const { pathname, searchParams } = new URL(end.url);
  if (pathname !== '/device') {
    return end;
  }
  const found = await browser.post('/device', { userCode: searchParams.get('user_code') });
  return browser.follow(new URL(found.json().redirectTo, end.url).href);
}

async function takeStep(
  page: string,
  { browser, authenticator }: Means,
  steps: string[],
): Promise<string> {
  const { prompt } = (await browser.get(`${page}/details`)).json();
  if (prompt === 'login') {
    await signIn(browser, authenticator);
  }
  steps.push(prompt);
  const answer = await browser.post(`${page}/${prompt === 'access' ? 'abort' : prompt}`);
  return answer.json().redirectTo;
}

type End = Awaited<ReturnType<Browser['follow']>>;

/** The question of signing out is answered with yes; a form that would post itself is handed over. */
async function land({ url, response }: End, browser: Browser): Promise<Landing> {
  const action = /<form method="post" action="([^"]+)"/.exec(response.body)?.[1];
  if (action) {
    const fields = response.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
    return {
      url: action,
      form: Object.fromEntries([...fields].map(([, name, value]) => [name, value])),
    };
  }
  const question = /<meta name="sign-out" content="([^"]+)"/.exec(response.body)?.[1];
  if (question) {
    const { xsrf } = JSON.parse(question.replaceAll('&quot;', '"'));
    const confirmed = await browser.send({
      method: 'POST',
      url: '/oauth/logout/confirm',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
    });
    return { url: String(confirmed.headers.location) };
  }
  return { url };
}
