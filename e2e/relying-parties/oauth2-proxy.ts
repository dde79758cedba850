import { join } from 'node:path';
import { runProgram } from '../process.ts';
import { installOnce, runInstaller } from './installation.ts';
import { createRelyingParty, type RelyingParty } from './relying-party.ts';

const VERSION = '7.15.6';

const need = `the tests with oauth2-proxy need Go 1.21 or newer on the PATH, and a module proxy it may fetch version ${VERSION} from`;

/** A proxy that lets people through to an application which knows nothing of OpenID Connect. */
export function createOAuth2Proxy(upstream: string): Promise<RelyingParty> {
  let folder = '';
  return createRelyingParty({
    name: 'oauth2-proxy',
    async install() {
      folder = await installOnce(`oauth2-proxy-${VERSION}`, build);
    },
    async run({ port, configure, credentials }) {
      const config = await configure('oauth2-proxy.cfg');
      return runProgram(join(folder, 'oauth2-proxy'), ['--config', config], {
        OAUTH2_PROXY_CLIENT_ID: credentials['client-id'] ?? '',
        OAUTH2_PROXY_CLIENT_SECRET: credentials['client-secret'] ?? '',
        OAUTH2_PROXY_COOKIE_SECRET: credentials['cookie-secret'] ?? '',
        OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${port}`,
        OAUTH2_PROXY_UPSTREAMS: upstream,
        // Only because the test has no TLS, and no five minutes.
        OAUTH2_PROXY_COOKIE_SECURE: 'false',
        OAUTH2_PROXY_COOKIE_REFRESH: '1s',
      });
    },
  });
}

async function build(folder: string): Promise<void> {
  const env = { GOBIN: folder, CGO_ENABLED: '0' };
  const source = `github.com/oauth2-proxy/oauth2-proxy/v7@v${VERSION}`;
  await runInstaller(['go', 'install', '-trimpath', source], { need, env });
}
