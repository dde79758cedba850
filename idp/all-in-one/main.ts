import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { type Program, startProgram } from './program.ts';

/** Everything on one machine with nothing configured: what `npm start` runs. */

const root = resolve(import.meta.dirname, '../..');
const dataDir = resolve(process.env.DATA_DIR ?? join(root, '.permiso'));
const port = process.env.PORT ?? '1812';
const appUrl = process.env.APP_URL ?? `http://localhost:${port}`;
const manifestsDir = resolve(process.env.MANIFESTS_DIR ?? join(root, 'crds/examples'));

const programs: Program[] = [];
let postgres: EmbeddedPostgres | undefined;
let stopping: Promise<void> | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop(0));
}
await start().catch((error: unknown) => {
  say(`cannot start: ${error instanceof Error ? error.message : error}`);
  return stop(1);
});

async function start(): Promise<void> {
  const environment = {
    ...process.env,
    APP_URL: appUrl,
    PORT: port,
    HOST: process.env.HOST ?? '127.0.0.1',
    OUTBOUND_PRIVATE_NETWORKS: process.env.OUTBOUND_PRIVATE_NETWORKS ?? '127.0.0.0/8,::1/128',
    APP_ENV: process.env.APP_ENV ?? 'development',
    ENCRYPTION_KEY: process.env.ENCRYPTION_KEY ?? keepKey(),
    DB_CONNECTION_STRING: process.env.DB_CONNECTION_STRING ?? (await startDatabase()),
    MANIFESTS_DIR: manifestsDir,
    METRICS_PORT: process.env.METRICS_PORT ?? '0',
  };
  const run = (path: string) =>
    startProgram(join(root, path), { environment, onExit: (code) => void stop(code || 1) });

  await run('idp/migrate.ts').finished;
  say('database is up to date');
  await build({ root: join(root, 'idp/web'), logLevel: 'error' });
  say('web pages are built');

  const idp = run('idp/main.ts');
  programs.push(idp);
  await idp.ready;
  say(`identity provider serves ${appUrl}`);

  const operator = run('operator/main.ts');
  programs.push(operator);
  await operator.ready;
  say(`operator reads ${manifestsDir}`);
  await sayNextStep();
}

async function startDatabase(): Promise<string> {
  postgres = await startEmbeddedPostgres(join(dataDir, 'postgres'));
  say(`PostgreSQL runs with its data in ${postgres.folder}`);
  return postgres.url;
}

/** Made once and kept beside the data it encrypts; a real deployment gives its own. */
function keepKey(): string {
  const path = join(dataDir, 'encryption-key');
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(path, 'utf8').trim();
}

async function sayNextStep(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/session`);
  const { setUpOpen } = (await answer.json()) as { setUpOpen: boolean };
  say(
    setUpOpen
      ? `open ${appUrl}/setup to make the first administrator (Ctrl-C stops)`
      : `open ${appUrl} to sign in (Ctrl-C stops)`,
  );
}

/** Programs first, in reverse order of their start; the database outlives whoever uses it. */
function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    say('stopping');
    for (const program of programs.toReversed()) {
      await program.stop();
    }
    await postgres?.stop();
    process.exit(code);
  })();
  return stopping;
}

function say(line: string): void {
  console.log(`permiso: ${line}`);
}
