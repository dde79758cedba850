import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { createCertificate } from './certificate.ts';
import { withFileLock } from './file-lock.ts';
import { findFreePort } from './free-port.ts';

const run = promisify(execFile);

const SLAPD = '/usr/sbin/slapd';
const PASSWORD = 'directory-pass';
const SCHEMAS = ['core', 'cosine', 'nis', 'inetorgperson'];

interface SlapdOptions {
  /** LDIF below `dc=example,dc=com`; without it one person and one group. */
  entries?: string;

  /** Further lines for its database, in slapd.conf(5). */
  configuration?: string;
}

/** A real directory for tests. */
export interface Slapd {
  url: string;

  /** The same with TLS from the first byte. */
  secureUrl: string;

  /** The certificate that it shows, made for 127.0.0.1. */
  ca: string;
  baseDn: string;
  bindDn: string;
  password: string;

  /** Changes entries, as its administrator. */
  change<Outcome>(work: (client: Client) => Promise<Outcome>): Promise<Outcome>;

  /** No longer answers until it is resumed: its connections stay open. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

export async function startSlapd(options: SlapdOptions = {}): Promise<Slapd> {
  await ensureSlapd();
  const folder = await mkdtemp(join(tmpdir(), 'permiso-slapd-'));
  const { certificate } = await writeFiles(folder, options);
  const files = ['-f', join(folder, 'slapd.conf'), '-l', join(folder, 'data.ldif')];
  await run('/usr/sbin/slapadd', ['-q', ...files]);

  const [port, securePort] = [await findFreePort(), await findFreePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const secureUrl = `ldaps://127.0.0.1:${securePort}`;
  // -d 0 keeps it in the foreground.
  const flags = ['-f', join(folder, 'slapd.conf'), '-h', `${url} ${secureUrl}`, '-d', '0'];
  const slapd = spawn(SLAPD, flags, { stdio: 'ignore' });
  const ended = new Promise((resolve) => slapd.once('close', resolve));
  await untilAnswering(port);
  return {
    url,
    secureUrl,
    ca: certificate,
    baseDn: 'dc=example,dc=com',
    bindDn: 'cn=permiso,dc=example,dc=com',
    password: PASSWORD,
    async change(work) {
      const client = new Client({ url });
      await client.bind('cn=permiso,dc=example,dc=com', PASSWORD);
      return work(client).finally(() => client.unbind());
    },
    pause: () => void slapd.kill('SIGSTOP'),
    resume: () => void slapd.kill('SIGCONT'),
    async close() {
      slapd.kill('SIGCONT');
      slapd.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ensureSlapd(): Promise<void> {
  // Two test files may need it in the same moment: the second one waits, and finds it there.
  await withFileLock(join(tmpdir(), 'permiso-slapd.lock'), installByDebian);
  if (!existsSync(SLAPD)) {
    throw new Error(
      `the tests of directories need OpenLDAP: there is no ${SLAPD}, and only root on Debian may install the package "slapd"; install it`,
    );
  }
}

async function installByDebian(): Promise<void> {
  if (!existsSync(SLAPD) && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const apt = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
    await run('env', [...apt, 'update', '-qq']);
    await run('env', [...apt, 'install', '-y', '-qq', '--no-install-recommends', 'slapd']);
  }
}

async function writeFiles(
  folder: string,
  { entries = ENTRIES, configuration = '' }: SlapdOptions,
): Promise<{ certificate: string }> {
  const { certificate, key } = await createCertificate();
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'tls.crt'), certificate);
  await writeFile(join(folder, 'tls.key'), key);
  await writeFile(join(folder, 'slapd.conf'), `${configure(folder)}${configuration}\n`);
  await writeFile(join(folder, 'data.ldif'), `${BASE}\n${entries}`);
  return { certificate };
}

function configure(folder: string): string {
  return `
${SCHEMAS.map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/tls.crt
TLSCertificateKeyFile ${folder}/tls.key
database mdb
suffix "dc=example,dc=com"
rootdn "cn=permiso,dc=example,dc=com"
rootpw ${PASSWORD}
directory ${folder}/data
maxsize 268435456
index objectClass,uid,cn,member,memberUid,entryUUID eq
`;
}

const BASE = `
dn: dc=example,dc=com
objectClass: domain
dc: example
`.trimStart();

const ENTRIES = `
dn: uid=ada,dc=example,dc=com
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn: Lovelace
mail: ada@example.com

dn: cn=engineering,dc=example,dc=com
objectClass: groupOfNames
cn: engineering
member: uid=ada,dc=example,dc=com
`.trimStart();

async function untilAnswering(port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(50)) {
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
