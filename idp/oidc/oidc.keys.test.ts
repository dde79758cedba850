import type { FastifyInstance } from 'fastify';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose';
import { describe, expect, vi } from 'vitest';
import {
  ADMIN,
  addClientSecret,
  declareClient,
  type EntityManager,
  rotateSigningKeys,
  type SigningAlg,
} from '#core';
import { clientDeclaration } from '#core/testing';
import type { Browser } from '../testing/browser.ts';
import { authorize, exchange } from '../testing/relying-party.ts';
import { ORIGIN, startReplica, test } from '../testing/test.ts';

const ALGS: SigningAlg[] = ['RS256', 'ES256', 'EdDSA'];

async function registerClient(em: EntityManager, idTokenSigningAlg: SigningAlg) {
  const declaration = clientDeclaration(`signed-by-${idTokenSigningAlg.toLowerCase()}`, {
    idTokenSigningAlg,
    skipConsent: true,
  });
  await declareClient(em, declaration, ADMIN);
  const { value: secret } = await addClientSecret(em, declaration.id, 'web');
  return { clientId: declaration.id, secret, redirectUri: declaration.callbackUrls[0] ?? '' };
}

type RegisteredClient = Awaited<ReturnType<typeof registerClient>>;

async function signInTo(client: RegisteredClient, browser: Browser, replica: FastifyInstance) {
  const { code, verifier } = await authorize(browser, client);
  const answer = await exchange(replica, {
    ...client,
    params: {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: client.redirectUri,
    },
  });
  return String(answer.json().id_token);
}

async function publishedBy(app: FastifyInstance): Promise<JSONWebKeySet> {
  return (await app.inject('/.well-known/jwks.json')).json();
}

/** Verifies as the usual libraries do: keeps the published keys, and asks again only for one it never saw. */
function createVerifier(app: FastifyInstance) {
  let keys = createLocalJWKSet({ keys: [] });
  let unknown = 0;
  const fetchKeys = async () => {
    keys = createLocalJWKSet(await publishedBy(app));
  };
  return {
    fetchKeys,
    timesUnknown: () => unknown,
    async verify(token: string) {
      try {
        return await jwtVerify(token, keys, { issuer: ORIGIN });
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) {
          throw error;
        }
        unknown += 1;
        await fetchKeys();
        return jwtVerify(token, keys, { issuer: ORIGIN });
      }
    },
  };
}

/** Signs in again and again until stopped; says which keys each replica signed with, in order. */
function signInContinuously(
  clients: RegisteredClient[],
  browser: Browser,
  { replicas, verify }: { replicas: FastifyInstance[]; verify(token: string): Promise<unknown> },
) {
  const signedBy = new Map<string, string[]>();
  let count = 0;
  let isStopped = false;
  const run = async () => {
    while (!isStopped) {
      for (const client of clients) {
        const replica = replicas[count % replicas.length] as FastifyInstance;
        const token = await signInTo(client, browser, replica);
        await verify(token);
        const { alg = '', kid = '' } = decodeProtectedHeader(token);
        const line = `${alg} of replica ${count % replicas.length}`;
        const before = signedBy.get(line) ?? [];
        signedBy.set(line, before.at(-1) === kid ? before : [...before, kid]);
        count += 1;
      }
    }
  };
  const running = run();
  // What fails is told by `stop`.
  running.catch(() => {});
  return {
    countOf: () => count,
    signedBy: () => [...signedBy.values()].map((kids) => [...kids]),
    async stop() {
      isStopped = true;
      await running;
      return [...signedBy.values()];
    },
  };
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 24 * 60 * 60_000);
}

describe('signing keys that are rotated while people sign in on two replicas', () => {
  test('never fail a client that keeps the published keys, and change exactly once', async ({
    databaseUrl,
    database,
    em,
    services,
    signUp,
  }) => {
    const started = await Promise.all([1, 2].map(() => startReplica({ database, databaseUrl })));
    const replicas = started.map((replica) => replica.app);
    const [first] = replicas as [FastifyInstance];
    const clients = await Promise.all(ALGS.map((alg) => registerClient(em.fork(), alg)));
    const { browser } = await signUp('ada');
    const verifier = createVerifier(first);
    await verifier.fetchKeys();
    const early = await signInTo(clients[0] as RegisteredClient, browser, first);
    const rotate = (days: number) =>
      Promise.all(
        [1, 2].map(() => rotateSigningKeys(database.em.fork(), services.keyring, inDays(days))),
      );
    const untilPublished = (expected: (kids: string[]) => boolean) =>
      vi.waitFor(async () => {
        for (const replica of replicas) {
          const kids = (await publishedBy(replica)).keys.map(({ kid }) => kid ?? '');
          expect(expected(kids)).toBe(true);
        }
      }, 15_000);
    const old = (await publishedBy(first)).keys.map(({ kid }) => kid ?? '');
    const signIns = signInContinuously(clients, browser, { replicas, verify: verifier.verify });
    const moreSignIns = () => {
      const before = signIns.countOf();
      return vi.waitFor(() => expect(signIns.countOf()).toBeGreaterThan(before + 12), 15_000);
    };

    await moreSignIns();
    await rotate(29);
    await untilPublished((kids) => kids.length === 6);
    // The day for which the successors are published before they sign.
    await verifier.fetchKeys();
    await moreSignIns();
    const signedOnThatDay = signIns.signedBy();
    await rotate(31);
    await untilPublished((kids) => kids.slice(0, 3).every((kid) => !old.includes(kid)));
    await moreSignIns();
    const signedBy = await signIns.stop();

    expect(verifier.timesUnknown()).toBe(0);
    expect(signedOnThatDay.flat().every((kid) => old.includes(kid))).toBe(true);
    expect(signedBy).toHaveLength(6);
    expect(
      signedBy.every(([before = '', ...after]) => old.includes(before) && after.length === 1),
    ).toBe(true);
    await verifier.fetchKeys();
    await expect(verifier.verify(early)).resolves.toBeDefined();

    await Promise.all(started.map((replica) => replica.stop()));
  }, 60_000);
});
