import { X509Certificate } from 'node:crypto';
import { NotReady } from '../runtime/not-ready.ts';
import type { Context } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';

export interface SecretRef {
  name: string;
  key: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A password that a resource refers to; throws `NotReady` until there is one. */
export async function readPassword(
  resource: Resource,
  { secrets }: Context,
  ref: SecretRef,
): Promise<string> {
  const password = await secrets.read(resource.metadata.namespace, ref);
  // RFC 4513 §5.1.2: many directories answer a bind without a password with success, whoever it names.
  if (password === '') {
    throw new NotReady('SecretRefInvalid', `Secret "${ref.name}" key "${ref.key}" is empty`);
  }
  return password;
}

/** Certificates (PEM) that a resource refers to, or null when it refers to none. */
export async function readCertificates(
  resource: Resource,
  { secrets }: Context,
  ref: SecretRef | undefined,
): Promise<string | null> {
  if (!ref) {
    return null;
  }
  const pem = await secrets.read(resource.metadata.namespace, ref);
  // Node takes anything without a word, and then trusts nobody.
  if (!holdsCertificates(pem)) {
    throw new NotReady(
      'SecretRefInvalid',
      `Secret "${ref.name}" key "${ref.key}" holds no certificate in PEM form`,
    );
  }
  return pem;
}

/** What brings a resource back when one of its Secrets changes. */
export function secretInterests(resource: Resource, refs: (SecretRef | undefined)[]): string[] {
  const names = new Set(refs.flatMap((ref) => (ref ? [ref.name] : [])));
  return [...names].map((name) => `secrets/${resource.metadata.namespace}/${name}`);
}

function holdsCertificates(pem: string): boolean {
  const found = pem.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch (error) {
    // Whatever OpenSSL says of it, it is none.
    return !(error instanceof Error);
  }
}
