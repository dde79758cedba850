import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate for tests that vouches for itself, for this name (`IP:…` or `DNS:…`). */
export async function createCertificate(
  name: string = 'IP:127.0.0.1',
): Promise<{ certificate: string; key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'permiso-certificate-'));
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const request =
    '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test';
  const flags = [...request.split(' '), '-addext', `subjectAltName=${name}`];
  await run('openssl', ['req', ...flags, '-out', certificate, '-keyout', key]);
  try {
    return {
      certificate: await readFile(certificate, 'utf8'),
      key: await readFile(key, 'utf8'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
