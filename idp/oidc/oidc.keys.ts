import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from 'oidc-provider';
import { listSigningKeys, type PrivateJwk, rotateSigningKeys } from '#core';
import type { Services } from '../http/services.ts';

const RETRY_MS = 1_000;

/** OpenID Connect with the signing keys of this moment. */
export interface LiveProvider {
  services: Services;

  /** The newest; keep it for no longer than a request. */
  readonly provider: Provider;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * A Provider has its keys for life, so a changed set of keys gets a new Provider over the same tables. Requests in
 * flight finish on the one they began with, whose keys are still published.
 */
export function followSigningKeys(
  services: Services,
  build: (keys: PrivateJwk[]) => Provider,
): LiveProvider {
  let keys = services.signingKeys;
  let provider = build(keys);
  let answer = provider.callback();
  let loading = Promise.resolve();

  const load = async () => {
    const current = await readKeys(services);
    if (current && idsOf(current) !== idsOf(keys)) {
      provider = build(current);
      answer = provider.callback();
      keys = current;
      services.log.info({ keys: keys.map(({ kid }) => kid) }, 'signing keys changed');
    }
  };
  const reload = () => {
    // One after the other, so that an older answer never replaces a newer one.
    loading = loading.then(load);
  };
  services.changes.add({
    onChange: ({ table }) => table === 'signing_keys' && reload(),
    onGap: reload,
  });
  return {
    services,
    get provider() {
      return provider;
    },
    answer: (request, response) => answer(request, response),
  };
}

/** Takes the steps of rotation that are due. Any replica may; those that hear of it build anew. */
export async function rotateKeys({ database, keyring, log }: Services): Promise<void> {
  const steps = await rotateSigningKeys(database.em.fork(), keyring);
  if (steps.length > 0) {
    log.info({ steps }, 'signing keys rotated');
  }
}

/** Tries until it has them: nobody tells us a second time. Null when we were told to stop. */
async function readKeys({ database, keyring, log, stopping }: Services) {
  while (!stopping.aborted) {
    try {
      return await listSigningKeys(database.em.fork(), keyring);
    } catch (err) {
      log.warn({ err }, 'signing keys could not be read and are read again');
      await sleep(RETRY_MS, undefined, { signal: stopping, ref: false }).catch(() => {});
    }
  }
  return null;
}

function idsOf(keys: PrivateJwk[]): string {
  return keys.map(({ kid }) => kid).join(' ');
}
