import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { assertAttempt, type RateLimit, Refusal, TooManyAttempts } from '#core';
import { createFailures, type Failures } from './failures.ts';
import { toNetwork } from './network.ts';
import { answerProblem } from './problem.ts';
import type { Services } from './services.ts';
import { findSignedIn } from './session.ts';

const TEN_MINUTES = 600;
const HOUR = 3_600;

/** Of whom so many are let through: one network (see network.ts), the person who is signed in, or everybody together. */
type Whose = 'network' | 'person' | 'everybody';

interface Limit {
  /** Requests cost a statement each, refusals only those that are refused. */
  counts: 'requests' | 'refusals';
  of: Whose;
  attempts: number;
}

/**
 * What may be tried how often in ten minutes, on all replicas together. An office of some thousand people behind one
 * address never comes near. Elsewhere: user codes of devices (device.service.ts), and what those who have not signed
 * in leave in the database, pushed requests among it (oidc.strangers.ts).
 */
const LIMITS: Record<string, Limit[]> = {
  // Leaves a row without proof of anything. Three thousand people who all begin their day at nine.
  'POST /api/session/options': [{ counts: 'requests', of: 'network', attempts: 3_000 }],

  // Nobody guesses a signature; each refusal leaves a line in the audit log.
  'POST /api/session': [{ counts: 'refusals', of: 'network', attempts: 300 }],

  // One person, by hand. A stolen session must not be a place to try things out.
  'POST /api/session/step-up/options': [{ counts: 'requests', of: 'person', attempts: 100 }],
  'POST /api/session/step-up': [{ counts: 'refusals', of: 'person', attempts: 20 }],

  // By hand as well. Each leaves a row.
  'POST /api/account/passkeys/options': [{ counts: 'requests', of: 'person', attempts: 100 }],
  'POST /api/account/passkeys': [{ counts: 'refusals', of: 'person', attempts: 20 }],

  // Each calls somebody else's server.
  'POST /api/settings/ldap/test': [{ counts: 'requests', of: 'person', attempts: 60 }],

  // Each leaves a picture, until the next clean-up.
  'PUT /api/account/picture': [{ counts: 'requests', of: 'person', attempts: 30 }],

  // Each may become a mail; for how many one mailbox gets, see PER_MAILBOX.
  'POST /api/login-links': [{ counts: 'requests', of: 'network', attempts: 60 }],

  // 256 random bits are not guessed. This is what trying costs us.
  'POST /api/login-links/:token': [{ counts: 'refusals', of: 'network', attempts: 100 }],

  // A link may be on a poster: a thousand people who sign up in one room.
  'POST /api/sign-up/:token/options': [{ counts: 'requests', of: 'network', attempts: 1_000 }],
  // Each is a mail to an address that the person may have made up.
  'POST /api/account/email': [{ counts: 'requests', of: 'person', attempts: 10 }],
  'POST /api/email-verifications/:token': [{ counts: 'refusals', of: 'network', attempts: 100 }],

  // Who was not invited. Each is a mail to an address that may be made up, and who mails to many of those is soon
  // believed by no mail server any more.
  'POST /api/sign-up': [
    { counts: 'requests', of: 'network', attempts: 30 },
    { counts: 'requests', of: 'everybody', attempts: 1_000 },
  ],
  'POST /api/sign-up/:token': [{ counts: 'refusals', of: 'network', attempts: 300 }],

  // Reads up to a hundred thousand rows.
  'GET /api/audit-log/export': [{ counts: 'requests', of: 'person', attempts: 60 }],
  'GET /api/account/audit-log/export': [{ counts: 'requests', of: 'person', attempts: 60 }],

  // The bootstrap code may be one that a person made up, and whoever has it becomes the administrator.
  'POST /api/set-up/options': [
    { counts: 'requests', of: 'network', attempts: 20 },
    { counts: 'requests', of: 'everybody', attempts: 100 },
  ],
  'POST /api/set-up': [{ counts: 'refusals', of: 'network', attempts: 20 }],
};

/** Links that one mailbox gets at most, whoever asks. Beyond it nothing is sent, and nothing says so. */
export const PER_MAILBOX = (link: 'login_link' | 'sign_up', whose: string): RateLimit => ({
  key: `${link}/${whose}`,
  attempts: 3,
  seconds: HOUR,
});

/** User names that may be tried by a link somebody asked for themselves: each answer tells whether one is taken. */
export const OF_OWN_INVITE = (inviteId: string): RateLimit => ({
  key: `own_invite/${inviteId}`,
  attempts: 30,
  seconds: TEN_MINUTES,
});

/** Failed proofs of one client from one network: an application that was given a wrong secret, restarting a while. */
export const OF_CLIENT = (clientId: string, ip: string | null | undefined): RateLimit => ({
  key: `client/${clientId}/${toNetwork(ip)}`,
  attempts: 60,
  seconds: TEN_MINUTES,
});

/** Names of clients that do not exist, from one network: what is left over when some applications are taken away. */
export const OF_UNKNOWN_CLIENTS = (ip: string | null | undefined): RateLimit => ({
  key: `unknown_client/${toNetwork(ip)}`,
  attempts: 300,
  seconds: TEN_MINUTES,
});

/** API keys that are none, from one network: something that was given a wrong one, restarting a while. */
export const OF_WRONG_API_KEYS = (ip: string | null | undefined): RateLimit => ({
  key: `api_key/${toNetwork(ip)}`,
  attempts: 60,
  seconds: TEN_MINUTES,
});

/** Puts the limits of the table on the routes that are registered from here on. */
export function addLimits(app: FastifyInstance, services: Services): void {
  const failures = createFailures();
  const waiting = new Set(Object.keys(LIMITS));
  app.addHook('onRoute', (route) => {
    const name = `${route.method} ${route.url}`;
    const limits = LIMITS[name];
    if (limits) {
      waiting.delete(name);
      limitRoute(route, { name, limits, services, failures });
    }
  });
  app.addHook('onReady', async () => {
    if (waiting.size > 0) {
      throw new Error(`there are limits for routes that do not exist: ${[...waiting].join(', ')}`);
    }
  });
}

interface Limited {
  name: string;
  limits: Limit[];
  services: Services;
  failures: Failures;
}

function limitRoute(route: RouteOptions, { name, limits, services, failures }: Limited): void {
  const find = async (request: FastifyRequest, counts: Limit['counts']) => {
    const wanted = limits.filter((limit) => limit.counts === counts);
    const found = await Promise.all(wanted.map((limit) => toRateLimit(request, services, limit)));
    return found.flatMap((limit) => (limit ? [{ ...limit, key: `${name}/${limit.key}` }] : []));
  };

  route.onRequest = async (request: FastifyRequest) => {
    for (const limit of await find(request, 'refusals')) {
      failures.assertMayTry(limit);
    }
    for (const limit of await find(request, 'requests')) {
      await assertAttempt(request.em, limit);
    }
  };
  route.errorHandler = async (error, request, reply) => {
    let wait = 0;
    if (error instanceof Refusal && !(error instanceof TooManyAttempts)) {
      for (const limit of await find(request, 'refusals')) {
        wait = Math.max(wait, await failures.count(request.em, limit));
      }
    }
    return answerProblem(wait > 0 ? new TooManyAttempts(wait) : error, request, reply);
  };
}

/** Null when it is about a person and nobody is signed in, which the route refuses by itself. */
async function toRateLimit(
  request: FastifyRequest,
  services: Services,
  { of, attempts }: Limit,
): Promise<RateLimit | null> {
  const limit = (key: string) => ({ key, attempts, seconds: TEN_MINUTES });
  switch (of) {
    case 'network':
      return limit(`network/${toNetwork(request.ip)}`);
    case 'everybody':
      return limit('everybody');
    case 'person': {
      if (request.keyHolder) {
        return limit(`api-key/${request.keyHolder.keyId}`);
      }
      const signedIn = await findSignedIn(request, services);
      return signedIn && limit(`person/${signedIn.user.id}`);
    }
  }
}
