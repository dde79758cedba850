import { type AdapterPayload, Provider } from 'oidc-provider';
import { toNetwork } from '../http/network.ts';
import { currentOrigin } from './request-origins.ts';

/** How many rows of one kind strangers may have, from one network and from all. */
const LIMITS = { network: 1_000, all: 20_000 };

/** Rows that may come on top of that, for each replica, until the next time it looks. */
const LOOK_EVERY = 64;

// What can be made without a person who is signed in or, for the last two, a client that proves itself.
const BY_ANYBODY = new Set(['Interaction', 'Session']);
const BY_PUBLIC_CLIENTS = new Set(['PushedAuthorizationRequest', 'DeviceCode']);

/** The network of whoever leaves this row without having proved anything; null when somebody did. */
export function networkOfStranger(model: string, payload: AdapterPayload): string | null {
  const isPerson = payload.accountId ?? (payload.session as { accountId?: string })?.accountId;
  const isPublic = Provider.ctx?.oidc.client?.clientAuthMethod === 'none';
  const isStranger = BY_ANYBODY.has(model) || (BY_PUBLIC_CLIENTS.has(model) && isPublic);
  return isStranger && !isPerson ? toNetwork(currentOrigin()?.ip) : null;
}

/**
 * Keeps what strangers leave bounded: when there is too much, the oldest goes first. Whoever floods us loses their
 * own rows long before anybody else's. Looking costs one statement in 64 rows.
 */
export function createBound(remove: (sql: string, limits: number[]) => Promise<unknown>) {
  let rows = 0;
  return async () => {
    if (rows % LOOK_EVERY === 0) {
      await remove(REMOVE_OLDEST, [LIMITS.network, LIMITS.all]);
    }
    rows += 1;
  };
}

const REMOVE_OLDEST = `
delete from oidc_records where id = any(array(
  select id from oidc_records where id in (
    select id from (
      select id, row_number() over (partition by model, network order by expires_at desc) as of_network,
             row_number() over (partition by model order by expires_at desc) as of_all
      from oidc_records where network is not null) as ranked
    where of_network > $1 or of_all > $2)
  for update skip locked))`;
