import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';

const REQUEST = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';

export interface Certificate {
  certificatePath: string;
  keyPath: string;
  pem: string;

  /** Has Chromium take it: passkeys do not work behind a certificate that is merely tolerated. */
  chromiumFlag: string;
}

/** For localhost, vouching for itself. */
export function createCertificate(folder: string): Certificate {
  const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-out', certificatePath, '-keyout', keyPath];
  try {
    execFileSync('openssl', ['req', ...REQUEST.split(' '), ...names, ...files], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('the tests behind TLS need the program openssl on the PATH', { cause });
  }
  const pem = readFileSync(certificatePath, 'utf8');
  const publicKey = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(publicKey).digest('base64');
  const chromiumFlag = `--ignore-certificate-errors-spki-list=${hash}`;
  return { certificatePath, keyPath, pem, chromiumFlag };
}

export interface TlsFront {
  stop(): void;
}

/** What an ingress does: ends TLS, and says where the request came from. */
export async function startTlsFront(
  { certificatePath, keyPath }: Certificate,
  { port, to }: { port: number; to: number },
): Promise<TlsFront> {
  const files = { cert: readFileSync(certificatePath), key: readFileSync(keyPath) };
  const server = createServer(files, (incoming, outgoing) => {
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': incoming.socket.remoteAddress ?? '',
      'x-forwarded-proto': 'https',
    };
    const onward = request(
      { host: '127.0.0.1', port: to, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
