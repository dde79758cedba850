/** Where generated credentials go: a Secret in a cluster, a file beside the manifests without one. */
export interface CredentialStore {
  /** The values handed over before, or null when there are none. */
  read(target: CredentialTarget): Promise<Record<string, string> | null>;

  /** Replaces them as a whole. */
  write(target: CredentialTarget, values: Record<string, string>): Promise<void>;

  /** Safe to repeat. */
  remove(target: CredentialTarget): Promise<void>;
}

export interface CredentialTarget {
  namespace: string;
  name: string;
}
