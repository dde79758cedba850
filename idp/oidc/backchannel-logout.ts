import type { FastifyInstance } from 'fastify';
import type { Client, Provider } from 'oidc-provider';
import {
  type BackchannelLogout,
  type EntityManager,
  recordLogoutDelivered,
  recordLogoutFailed,
  takeDueLogouts,
} from '#core';
import { describeOutboundFault } from '../http/outbound.ts';
import { workThrough } from '../http/queue-worker.ts';
import type { LiveProvider } from './oidc.keys.ts';

const AT_ONCE = 20;

type Send = (this: Client, sub: string, sid: string) => Promise<void>;

const senders = new WeakMap<Provider, Send>();

/**
 * oidc-provider tells applications once, while the person waits, and only when the person signs out through it.
 * We keep how it does that for the queue, which every end of a session fills.
 */
export function leaveLogoutsToQueue(provider: Provider): void {
  const client = provider.Client.prototype as unknown as { backchannelLogout: Send };
  senders.set(provider, client.backchannelLogout);
  client.backchannelLogout = async () => {};
}

/** Tells applications of ended sessions (OpenID Connect Back-Channel Logout 1.0) for as long as the app listens. */
export function deliverLogouts(app: FastifyInstance, live: LiveProvider): void {
  workThrough(app, live.services, {
    table: 'backchannel_logouts',
    atOnce: AT_ONCE,
    take: (em) => takeDueLogouts(em, AT_ONCE),
    work: (em, logout) => attempt(em, live, logout),
  });
}

async function attempt(
  em: EntityManager,
  live: LiveProvider,
  logout: BackchannelLogout,
): Promise<void> {
  const { log, metrics } = live.services;
  try {
    await send(live.provider, logout);
    await recordLogoutDelivered(em, logout.id);
    metrics?.backchannelLogouts.inc({ result: 'delivered' });
  } catch (error) {
    const reason = describeOutboundFault(error);
    const isGivenUp = await recordLogoutFailed(em, logout, reason);
    metrics?.backchannelLogouts.inc({ result: isGivenUp ? 'given_up' : 'failed' });
    log.warn(
      { client: logout.clientId, attempts: logout.attempts, reason, isGivenUp },
      'back-channel logout failed',
    );
  }
}

/** Each attempt has a token of its own: one that arrived although its answer was lost may not be used again. */
async function send(provider: Provider, { clientId, userId, sid }: BackchannelLogout) {
  const client = await provider.Client.find(clientId);
  if (client?.backchannelLogoutUri) {
    await senders.get(provider)?.call(client, userId, sid);
  }
}
