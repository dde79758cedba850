import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installByDebian } from '../debian.ts';
import { runProgram } from '../process.ts';
import { createRelyingParty, type RelyingParty } from './relying-party.ts';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';

const USED = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'auth_openidc',
  'proxy',
  'proxy_http',
];

/** Apache with mod_auth_openidc, in front of an application which knows nothing of OpenID Connect. */
export function createApache(upstream: string): Promise<RelyingParty> {
  return createRelyingParty({
    name: 'apache',
    install: installApache,
    async run({ port, credentials, configure, folder }) {
      const site = await configure('apache.conf');
      const settings = join(folder, 'httpd.conf');
      await mkdir(join(folder, 'apache'));
      await writeFile(settings, server({ port, upstream, site, folder: join(folder, 'apache') }));
      return runProgram(APACHE, ['-DFOREGROUND', '-f', settings], credentials);
    },
  });
}

/** The package brings Apache's program without `apache2`, the package with the service that would take port 80. */
async function installApache(): Promise<void> {
  const isThere = () => existsSync(APACHE) && existsSync(join(MODULES, 'mod_auth_openidc.so'));
  if (!isThere()) {
    await installByDebian('libapache2-mod-auth-openidc');
  }
  if (!isThere()) {
    throw new Error(
      'the tests with mod_auth_openidc need the package "libapache2-mod-auth-openidc", which only root on Debian may install by itself',
    );
  }
}

interface Server {
  port: number;
  upstream: string;
  site: string;
  folder: string;
}

/** What surrounds a site: a server of our own in a folder of its own, never the system's. */
function server({ port, upstream, site, folder }: Server): string {
  return `
${USED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
Listen 127.0.0.1:${port}
ServerName localhost
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
ErrorLog "||/bin/cat"
LogLevel warn
CustomLog "||/bin/cat" "%r %>s"
User www-data
Group www-data
Include ${site}
ProxyPass "/" "${upstream}/"
# Only because the test has no five minutes.
OIDCRefreshAccessTokenBeforeExpiry 899 logout_on_error
`;
}
