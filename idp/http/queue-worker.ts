import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { coalesce, type EntityManager, type RegistryChange, repeat } from '#core';
import type { Services } from './services.ts';

/** What comes due again comes by the clock; what is new is heard of at once. */
const LOOK_AGAIN_MS = 5_000;
/** How long a closing app waits for what is under way. It comes due again all the same. */
const LONGEST_CLOSE_MS = 10_000;

export interface Queue<Item> {
  table: RegistryChange['table'];
  atOnce: number;

  /** At most `atOnce` items that nobody else works on. */
  take(em: EntityManager): Promise<Item[]>;
  work(em: EntityManager, item: Item): Promise<void>;
}

/** Works through a queue in the database, side by side with other replicas, for as long as the app listens. */
export function workThrough<Item>(
  app: FastifyInstance,
  { database, changes, log, stopping }: Services,
  { table, atOnce, take, work }: Queue<Item>,
): void {
  const onError = (err: unknown) => log.warn({ err, table }, 'queue failed and is tried again');
  let underWay: Promise<unknown> = Promise.resolve();
  const workOff = coalesce(async () => {
    for (let taken = atOnce; taken === atOnce && !stopping.aborted; ) {
      const items = await take(database.em.fork());
      underWay = Promise.all(items.map((item) => work(database.em.fork(), item).catch(onError)));
      await underWay;
      taken = items.length;
    }
  });

  changes.add({
    onChange: (change) => change.table === table && void workOff().catch(onError),
    onGap: () => {},
  });
  app.addHook('onListen', () => {
    void repeat(workOff, { everyMs: LOOK_AGAIN_MS, signal: stopping, onError });
  });
  app.addHook('onClose', async () => {
    await Promise.race([underWay, sleep(LONGEST_CLOSE_MS, undefined, { ref: false })]);
  });
}
