import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installByDebian } from './debian.ts';
import { findFreePort } from './permiso.ts';

const run = promisify(execFile);
const PROGRAM = '/usr/sbin/slapd';

/** A directory with these entries below dc=example,dc=com, which answers on loopback without TLS. */
export class Slapd {
  static readonly bindDn = 'cn=permiso,dc=example,dc=com';
  static readonly password = 'directory-pass';
  #folder = '';
  #process: ChildProcess | undefined;

  async start(entries: string): Promise<string> {
    if (!existsSync(PROGRAM)) {
      await installByDebian('slapd');
    }
    this.#folder = await mkdtemp(join(tmpdir(), 'permiso-e2e-slapd-'));
    const [configuration, ldif] = ['slapd.conf', 'data.ldif'].map((name) =>
      join(this.#folder, name),
    ) as [string, string];
    await mkdir(join(this.#folder, 'data'));
    await writeFile(configuration, configure(this.#folder));
    await writeFile(ldif, `dn: dc=example,dc=com\nobjectClass: domain\ndc: example\n\n${entries}`);
    await run('/usr/sbin/slapadd', ['-q', '-f', configuration, '-l', ldif]);
    const port = await findFreePort();
    const url = `ldap://127.0.0.1:${port}`;
    // -d 0 keeps it in the foreground.
    this.#process = spawn(PROGRAM, ['-f', configuration, '-h', url, '-d', '0'], {
      stdio: 'ignore',
    });
    await untilAnswering(port);
    return url;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('close', resolve));
    if (this.#process?.kill()) {
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function configure(folder: string): string {
  const schemas = ['core', 'cosine', 'nis', 'inetorgperson'];
  return `${schemas.map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
database mdb
suffix "dc=example,dc=com"
rootdn "${Slapd.bindDn}"
rootpw ${Slapd.password}
directory ${folder}/data
`;
}

async function untilAnswering(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    if (await answers(port)) {
      return;
    }
  }
  throw new Error('slapd was started and does not answer');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
