import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase, createUser, readEnvironment, registryVariables, text } from '#core';
import { person } from '#core/testing/builders';
import type { Door } from '../testing/browser.ts';
import { connect } from '../testing/connection.ts';
import { registerClient } from '../testing/relying-party.ts';
import { createLane, type Lane } from './load-lane.ts';
import { LoadReport } from './load-report.ts';

/**
 * People who sign in, applications that refresh tokens and ask who somebody is, at a steady pace, until they are told to
 * stop (SIGTERM) or have asked often enough. Prints what went wrong as one line of JSON.
 *   URL=http://localhost:1812 APP_URL=… DB_CONNECTION_STRING=… node idp/bench/load.ts
 */

const number = (fallback: number) => ({
  description: 'how many',
  fallback: `${fallback}`,
  read: Number,
});

const config = readEnvironment(
  {
    URL: { description: 'where requests go', read: text },
    APP_URL: { description: 'public origin', read: text },
    DB_CONNECTION_STRING: registryVariables.DB_CONNECTION_STRING,
    LANES: number(8),
    REQUESTS: number(20_000),
    PER_SECOND: number(100),
    RACES: { description: 'use each code twice at once', fallback: '', read: Boolean },
  },
  process.env,
);

const report = new LoadReport(config.DB_CONNECTION_STRING);
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

let turn = 0;
let told = 0;

const lanes = await openLanes();
console.log('load is running');
const watching = report.watchDatabase(stopping.signal);
const progress = setInterval(tellProgress, 1_000);
await Promise.all(lanes.map(run));
stopping.abort();
clearInterval(progress);
await watching;
for (const lane of lanes) {
  await lane.checkSession();
}
console.log(`report: ${JSON.stringify(report.summary())}`);
process.exit(0);

async function openLanes(): Promise<Lane[]> {
  const database = await connectDatabase(config.DB_CONNECTION_STRING, 2);
  const run = randomBytes(3).toString('hex');
  const em = database.em.fork();
  const client = await registerClient(em);
  // A code that is used twice ends all that its person gave that application.
  const raced = await registerClient(em);
  const host = await createUser(em, person(`load-${run}`), { id: randomUUID(), isAdmin: true });
  const opened: Lane[] = [];
  for (let index = 0; index < config.LANES; index += 1) {
    const name = `load-${run}-${index}`;
    // Each from a network of its own, as the proxy in front would say: limits are by network.
    const address = `10.255.${index}.1`;
    const door = paced(report.measure(connect(config.URL), address));
    const access = { em: database.em.fork(), origin: config.APP_URL, door, client, raced, report };
    opened.push(await createLane(access, host, name));
  }
  await database.close();
  return opened;
}

async function run(lane: Lane): Promise<void> {
  const steps = lane.cycle(config.RACES);
  for (let next = 0; !stopping.signal.aborted && report.requests < config.REQUESTS; next += 1) {
    await lane.do(steps[next % steps.length]);
  }
}

/** A line for each thousand. */
function tellProgress(): void {
  while (told + 1_000 <= report.requests) {
    told += 1_000;
    console.log(`requests: ${told}`);
  }
}

/** No faster than asked, all lanes together. */
function paced(door: Door): Door {
  return {
    async inject(request) {
      const now = performance.now();
      turn = Math.max(now, turn + 1000 / config.PER_SECOND);
      await sleep(turn - now);
      return door.inject(request);
    },
  };
}
