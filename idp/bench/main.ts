import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { connect } from '../testing/connection.ts';
import { type BenchDatabase, type Statement, startDatabase } from './database.ts';
import { type Lane, openLanes } from './lanes.ts';
import { measureLists } from './lists.ts';
import { type Cost, summarise } from './profile.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Server, startServer } from './server.ts';
import { measureStarts } from './start.ts';
import { type Row, spread, toLine } from './table.ts';

/**
 * What one request costs the identity provider: CPU time of its process, and statements that reach PostgreSQL. Lists of
 * the settings are asked of a full database, and timed until their answer is here.
 *   npm run bench -- --scenario login --profile
 */

const RUNS = 5;
const PORT = '18120';
const ORIGIN = `http://localhost:${PORT}`;
const root = resolve(import.meta.dirname, '../..');

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    profile: { type: 'boolean', default: false },
  },
});
const isChosen = ({ name }: { name: string }) => options.scenario?.includes(name) ?? true;

await build({ root: join(root, 'idp/web'), logLevel: 'error' });
const database = await startDatabase();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void database.stop().then(() => process.exit(1)));
}
try {
  await bench(database);
} finally {
  await database.stop();
}

async function bench({ url }: BenchDatabase): Promise<void> {
  const environment = {
    APP_URL: ORIGIN,
    HOST: '127.0.0.1',
    PORT,
    ENCRYPTION_KEY: 'a key for benchmarks only',
    DB_CONNECTION_STRING: url,
  };
  const start = () => startServer(environment);
  const server = await start();
  const connection = connect(`http://127.0.0.1:${PORT}`);
  try {
    const lanes = await openLanes(connection, ORIGIN, url);
    for (const scenario of scenarios.filter(isChosen)) {
      console.log(toLine(await measure(scenario, { server, lanes })));
    }
    const [lane] = lanes;
    if (lane && isChosen({ name: 'lists' })) {
      console.log((await measureLists(lane, url)).map(toLine).join('\n'));
    }
  } finally {
    await connection.close();
    await server.stop();
  }
  if (isChosen({ name: 'start' })) {
    console.log((await measureStarts(start, RUNS)).map(toLine).join('\n'));
  }
}

interface Means {
  server: Server;
  lanes: Lane[];
}

async function measure(scenario: Scenario, { server, lanes }: Means): Promise<Row> {
  // Node compiles what it runs often, so the first requests say nothing about the later ones.
  await repeat(scenario, lanes, scenario.requests * 2);
  await database.takeStatements();
  const samples: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const before = await server.usage();
    await repeat(scenario, lanes, scenario.requests);
    const after = await server.usage();
    samples.push((after.cpuMs - before.cpuMs) / scenario.requests);
  }
  const statements = await database.takeStatements();
  const times = RUNS * scenario.requests;
  if (options.profile) {
    printStatements(statements, times);
    await profile(scenario, { server, lanes });
  }
  return {
    name: scenario.name,
    unit: 'ms CPU',
    ...spread(samples),
    limit: scenario.limitMs,
    note: `${perRequest(statements, times)} statements; ${scenario.description}`,
  };
}

function perRequest(statements: Statement[], times: number): string {
  return (statements.reduce((sum, { calls }) => sum + calls, 0) / times).toFixed(1);
}

function printStatements(statements: Statement[], times: number): void {
  for (const { text, calls } of statements) {
    console.log(`  ${(calls / times).toFixed(2).padStart(6)}  ${text.slice(0, 160)}`);
  }
}

/** The lanes side by side, each one request after the other. */
async function repeat({ run }: Scenario, lanes: Lane[], times: number): Promise<void> {
  let left = times;
  await Promise.all(
    lanes.map(async (lane) => {
      while (left > 0) {
        left -= 1;
        await run(lane);
      }
    }),
  );
}

async function profile(scenario: Scenario, { server, lanes }: Means): Promise<void> {
  await server.startProfile();
  await repeat(scenario, lanes, scenario.requests);
  const result = await server.stopProfile();
  const folder = join(root, '.cache/bench');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${scenario.name}.cpuprofile`);
  await writeFile(path, JSON.stringify(result));
  const costs = summarise(result);
  console.log(
    `\n${scenario.name}: where the CPU goes (open ${path} in a browser's tools for more)`,
  );
  printCosts('in code of its own', costs, 'self');
  printCosts('with what it calls', costs, 'total');
}

function printCosts(title: string, costs: Cost[], by: 'self' | 'total'): void {
  console.log(`  ${title}`);
  const dearest = costs.toSorted((one, other) => other[by] - one[by]).slice(0, 20);
  for (const cost of dearest) {
    console.log(`  ${`${(cost[by] * 100).toFixed(1)} %`.padStart(8)}  ${cost.name}`);
  }
}
