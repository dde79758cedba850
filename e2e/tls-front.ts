import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveTls, type TlsServer } from './tls-server.ts';

const REQUEST = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';

export interface Certificate {
  certificatePath: string;
  keyPath: string;
  pem: string;

  /** Has Chromium take it: passkeys do not work behind a certificate that is merely tolerated. */
  chromiumFlag: string;
}

/** For one host, vouching for itself. */
export function createCertificate(folder: string, host = 'localhost'): Certificate {
  const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
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

/** In front of a program on this machine. */
export function startTlsFront(
  { certificatePath, keyPath }: Certificate,
  { port, to }: { port: number; to: number },
): Promise<TlsServer> {
  const files = { cert: readFileSync(certificatePath), key: readFileSync(keyPath) };
  return serveTls(files, { host: '127.0.0.1', port, to: { host: '127.0.0.1', port: to } });
}
