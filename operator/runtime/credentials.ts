import type { Resource } from './resource.ts';

/** Where generated credentials go: a Secret in a cluster, a file beside the manifests without one. */
export interface CredentialStore {
  /** What was handed over before, or null. Throws `NotReady` when something of that name is not ours. */
  read(target: CredentialTarget): Promise<HandedOver | null>;

  /** Replaces it as a whole. */
  write(target: CredentialTarget, credentials: Credentials): Promise<void>;

  /** Removes it, or lets go of it (`keep`), so that an application that uses it goes on. Safe to repeat. */
  remove(target: CredentialTarget, how?: { keep: boolean }): Promise<void>;
}

export interface CredentialTarget {
  /** Whose it is: its end is the end of the credentials. */
  owner: Resource;
  name: string;
}

export interface Credentials {
  /** Which secret of the registry this is; never the secret itself. */
  secretId: string;
  /** SHA-256 of its value, which tells where in the values it stands. */
  secretHash: string;
  /** The request to rotate that was answered last. */
  request: string;
  values: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface HandedOver extends Credentials {
  /** False when somebody changed the values after us. */
  isIntact: boolean;
}

/** Secrets that resources refer to. Only of the resource's own namespace, and only those marked for it. */
export interface SecretReader {
  /** The value; throws `NotReady` with what is awaited (not there, no such key, not labelled). */
  read(namespace: string, ref: { name: string; key: string }): Promise<string>;
}
