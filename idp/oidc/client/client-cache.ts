import type { AdapterPayload } from 'oidc-provider';
import {
  type Client,
  type Database,
  findClient,
  isDatabaseAway,
  listClientSecretHashes,
} from '#core';
import type { RegistryChanges } from '../../http/services.ts';
import { toMetadata } from './client-metadata.ts';

/** A change that the feed lost is in force after this long. */
const FRESH_MS = 5_000;
/** While the database is away, what we last knew of a client is better than nothing; after this long it is not. */
const STALE_MS = 5 * 60_000;
const MOST_CLIENTS = 5_000;

/** Looks up clients. Who may use one is never kept here: that is asked of the database at every grant. */
export interface ClientCache {
  find(id: string): Promise<AdapterPayload | undefined>;
}

interface Copy {
  client: Client;
  secrets: Awaited<ReturnType<typeof listClientSecretHashes>>;
  readAt: number;
}

/** Keeps clients in memory for as long as the change feed would tell us that they are others by now. */
export function createClientCache(
  database: Database,
  changes: RegistryChanges,
  clock: () => number = Date.now,
): ClientCache {
  const copies = new Map<string, Copy>();
  let drops = 0;

  changes.add({
    onChange({ table, key }) {
      if (table === 'clients' || table === 'client_secrets') {
        copies.delete(key);
        drops += 1;
      }
    },
    onGap() {
      copies.clear();
      drops += 1;
    },
  });

  const keep = (id: string, copy: Copy | null, dropsBefore: number) => {
    copies.delete(id);
    // What was read while a change came in may be from before it. Unknown clients are not kept: there is no end of them.
    if (copy && drops === dropsBefore) {
      copies.set(id, copy);
      dropOldest(copies);
    }
  };
  const read = async (id: string, known: Copy | undefined) => {
    const dropsBefore = drops;
    try {
      const copy = await readClient(database, id, clock());
      keep(id, copy, dropsBefore);
      return copy;
    } catch (error) {
      const mayServeStale = known && clock() - known.readAt < STALE_MS && isDatabaseAway(error);
      if (!mayServeStale) {
        throw error;
      }
      return known;
    }
  };

  return {
    async find(id) {
      const known = copies.get(id);
      const isFresh = known && changes.isLive && clock() - known.readAt < FRESH_MS;
      const copy = isFresh ? known : await read(id, known);
      return copy ? toPayload(copy, clock()) : undefined;
    },
  };
}

async function readClient(database: Database, id: string, readAt: number): Promise<Copy | null> {
  const em = database.em.fork();
  const client = await findClient(em, id);
  return client && { client, secrets: await listClientSecretHashes(em, id), readAt };
}

/** A copy of its own for every caller. Secrets end by the clock, which no change announces. */
function toPayload({ client, secrets }: Copy, now: number): AdapterPayload {
  const living = secrets.filter(({ expiresAt }) => !expiresAt || expiresAt.getTime() > now);
  return structuredClone(
    toMetadata(
      client,
      living.map(({ hash }) => hash),
    ),
  );
}

function dropOldest(copies: Map<string, Copy>): void {
  const [oldest] = copies.keys();
  if (copies.size > MOST_CLIENTS && oldest !== undefined) {
    copies.delete(oldest);
  }
}
