import { LockMode } from '@mikro-orm/core';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { hashToken } from '../encryption/token.ts';
import { AlreadyTaken, InvalidInput, OwnedElsewhere, Refusal } from '../errors.ts';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import type { Administrator } from '../owner/actor.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import type { ClientDeclaration } from './client.declaration.ts';
import { Client } from './client.entity.ts';
import { declareClient, findClient, retireClient } from './client.registry.ts';

export type ClientLine = Pick<
  ClientDeclaration,
  'id' | 'name' | 'type' | 'logoUrl' | 'accessMode' | 'accessGroups'
> & { owner: Owner };

export interface ClientQuery {
  /** Part of the name or the client id. */
  search?: string | undefined;

  /** The `next` of the page before. */
  after?: string | undefined;
  limit: number;
}

/** Clients by name. */
export async function listClients(
  em: EntityManager,
  { search = '', after, limit }: ClientQuery,
): Promise<{ clients: ClientLine[]; next: string | null }> {
  const values = [toPattern(search), ...readCursor(after), limit + 1];
  const found = await query<ClientLine & { sort: string }>(em, LIST, values);
  const { rows, next } = toPage(found, limit, ({ sort, id }) => [sort, id]);
  return { clients: rows.map(({ sort, ...line }) => line), next };
}

const LIST = `
select id, name, lower(name) as sort, type, logo_url as "logoUrl", access_mode as "accessMode",
       access_groups as "accessGroups", owner
from clients
where (name ilike $1 or id ilike $1) and ($2::text is null or (lower(name), id) > ($2, $3))
order by lower(name), id limit $4`;

/** As in a manifest; only those that follow from a namespace and a name may be longer. */
const LONGEST_CHOSEN = 128;

/** Makes a client that was none before. Of two at once for one id the later one is refused. */
export async function createClient(
  em: EntityManager,
  declaration: ClientDeclaration,
  by: Administrator,
): Promise<Client> {
  const { id } = declaration;
  if (id.length > LONGEST_CHOSEN) {
    throw new InvalidInput('id', `a client id has at most ${LONGEST_CHOSEN} characters`);
  }
  const taken = () =>
    new AlreadyTaken('id', `There is a client "${id}" already; choose another id`);
  try {
    return await em.transactional(async (tx) => {
      await query(tx, `select pg_advisory_xact_lock(hashtextextended('clients/' || $1, 0))`, [id]);
      if (await findClient(tx, id)) {
        throw taken();
      }
      return (await declareClient(tx, declaration, by)).client;
    });
  } catch (error) {
    // A resource declared it in the same moment.
    throw error instanceof UniqueConstraintViolationException ? taken() : error;
  }
}

export interface ClientChange {
  change: Partial<Omit<ClientDeclaration, 'id'>>;
  by: Administrator;

  /** What the caller has seen; whoever changed it since is not overwritten. Null overwrites. */
  seen: string | null;
}

/** Changes some of a client, and judges it as a whole. */
export async function changeClient(
  em: EntityManager,
  id: string,
  { change, by, seen }: ClientChange,
): Promise<Client> {
  return em.transactional(async (tx) => {
    const client = await holdClient(tx, id, seen);
    return (await declareClient(tx, { ...declarationOf(client), ...change }, by)).client;
  });
}

/** Makes the client not exist, with its secrets, consents and tokens. */
export async function deleteClient(
  em: EntityManager,
  id: string,
  { by, seen }: Omit<ClientChange, 'change'>,
): Promise<void> {
  await em.transactional(async (tx) => {
    await holdClient(tx, id, seen);
    await retireClient(tx, id, by);
  });
}

/** The client that an administrator may change, held for the rest of the transaction. */
async function holdClient(tx: EntityManager, id: string, seen: string | null): Promise<Client> {
  const client = await tx.findOne(
    Client,
    { id },
    { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
  );
  if (!client) {
    throw new Refusal('not_found', `There is no client "${id}"`);
  }
  if (client.owner !== ADMIN) {
    throw new OwnedElsewhere(`client "${id}"`, client.owner);
  }
  if (seen !== null && seen !== versionOf(client)) {
    throw new Refusal(
      'changed_meanwhile',
      'Somebody else changed this a moment ago, and nothing of yours was saved. Load it again',
    );
  }
  return client;
}

/** Changes with every change of what was declared, and when somebody else takes the client over. */
export function versionOf(client: Client): string {
  const facts = Object.entries({ ...declarationOf(client), owner: client.owner });
  return hashToken(JSON.stringify(facts.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** What somebody would have to declare to get the client as it is. */
export function declarationOf(client: Client): ClientDeclaration {
  const { id, name, type, grantTypes, idTokenSigningAlg, accessMode, accessGroups } = client;
  const { callbackUrls, logoutCallbackUrls, federatedCredentials } = client;
  const { pkceRequired, requireReauthentication, skipConsent } = client;
  return {
    id,
    name,
    type,
    callbackUrls,
    logoutCallbackUrls,
    backchannelLogoutUrl: client.backchannelLogoutUrl ?? null,
    launchUrl: client.launchUrl ?? null,
    logoUrl: client.logoUrl ?? null,
    grantTypes,
    pkceRequired,
    requireReauthentication,
    requirePushedAuthorizationRequests: client.requirePushedAuthorizationRequests,
    skipConsent,
    idTokenSigningAlg,
    accessTokenLifetime: client.accessTokenLifetime ?? null,
    idTokenLifetime: client.idTokenLifetime ?? null,
    refreshTokenLifetime: client.refreshTokenLifetime ?? null,
    accessMode,
    accessGroups,
    jwks: client.jwks ?? null,
    jwksUrl: client.jwksUrl ?? null,
    federatedCredentials,
  };
}
