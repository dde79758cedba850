import { createHash } from 'node:crypto';
import type {
  CredentialStore,
  Credentials,
  CredentialTarget,
  HandedOver,
  SecretReader,
} from './credentials.ts';
import { type KubernetesApi, type KubernetesObject, nullWhenAbsent } from './kubernetes-api.ts';
import { NotReady } from './not-ready.ts';

/** On every Secret that the operator writes. */
export const MANAGED_LABEL = { 'app.kubernetes.io/managed-by': 'permiso' };

/** On every Secret that it may read: else an author could have it copy a Secret he may not read himself. */
export const CREDENTIAL_LABEL = { 'permisolabs.eu/credential': 'true' };

const SECRET_ID = 'permisolabs.eu/secret-id';
const SECRET_HASH = 'permisolabs.eu/secret-hash';
const DATA_HASH = 'permisolabs.eu/data-hash';
const REQUEST = 'permisolabs.eu/rotated-for';
const OWN_ANNOTATIONS = new Set([SECRET_ID, SECRET_HASH, DATA_HASH, REQUEST]);

type Secret = KubernetesObject;

export interface SecretStore extends CredentialStore {
  /** Whether this is what we wrote last: our own writes come back from the watch, and are no news. */
  isOwnWrite(secret: KubernetesObject): boolean;
}

/** Credentials as Secrets, owned by the resource so that they go with it. */
export function kubernetesCredentials(api: KubernetesApi, apiVersion: string): SecretStore {
  const written = new Map<string, string | undefined>();
  const find = (target: CredentialTarget) =>
    api.send<Secret>({ path: pathOf(target) }).catch(nullWhenAbsent);

  return {
    async read(target) {
      const secret = await find(target);
      if (!secret) {
        return null;
      }
      assertOwned(secret, target);
      return toHandedOver(secret);
    },

    async write(target, credentials) {
      const { metadata } = await api.apply(
        pathOf(target),
        toSecret(target, credentials, apiVersion),
      );
      written.set(pathOf(target), metadata.resourceVersion);
    },

    isOwnWrite: ({ metadata: { namespace, name, resourceVersion } }) =>
      written.get(`/api/v1/namespaces/${namespace}/secrets/${name}`) === resourceVersion,

    /** The garbage collector removes it with its owner; only letting go of it needs a write. */
    async remove(target, { keep } = { keep: false }) {
      written.delete(pathOf(target));
      const secret = keep ? await find(target) : null;
      if (secret && isOwned(secret, target)) {
        await api
          .send({
            method: 'PATCH',
            path: pathOf(target),
            contentType: 'application/merge-patch+json',
            body: { metadata: { uid: secret.metadata.uid, ownerReferences: null } },
          })
          .catch(nullWhenAbsent);
      }
    },
  };
}

/** Secrets that resources refer to; always read afresh, so that a value is never older than the change that told of it. */
export function kubernetesSecrets(api: KubernetesApi): SecretReader {
  return {
    async read(namespace, { name, key }) {
      const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
      const secret = await api.send<Secret>({ path }).catch(nullWhenAbsent);
      const value = secret?.data?.[key];
      if (!secret) {
        throw new NotReady(
          'SecretRefNotFound',
          `waiting for Secret "${name}" with the key "${key}"`,
        );
      }
      if (secret.metadata.labels?.['permisolabs.eu/credential'] !== 'true') {
        const label = 'permisolabs.eu/credential: "true"';
        throw new NotReady(
          'SecretRefNotLabelled',
          `Secret "${name}" must carry the label ${label} to be read`,
        );
      }
      if (value === undefined) {
        throw new NotReady('SecretRefNotFound', `Secret "${name}" has no key "${key}"`);
      }
      return Buffer.from(value, 'base64').toString('utf8');
    },
  };
}

function assertOwned(secret: Secret, target: CredentialTarget): void {
  if (!isOwned(secret, target)) {
    throw new NotReady(
      'SecretNotOwned',
      `Secret "${target.name}" exists and is not of this ${target.owner.kind}; it is left alone. Remove it, or choose another secretName`,
    );
  }
}

function isOwned({ metadata }: Secret, { owner }: CredentialTarget): boolean {
  const references = metadata.ownerReferences ?? [];
  return references.some(({ kind, name }) => kind === owner.kind && name === owner.metadata.name);
}

function toHandedOver({ metadata, data = {} }: Secret): HandedOver {
  const annotations = metadata.annotations ?? {};
  const values = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
  return {
    secretId: annotations[SECRET_ID] ?? '',
    secretHash: annotations[SECRET_HASH] ?? '',
    request: annotations[REQUEST] ?? '',
    values,
    labels: without(metadata.labels ?? {}, new Set(Object.keys(MANAGED_LABEL))),
    annotations: without(annotations, OWN_ANNOTATIONS),
    isIntact: annotations[DATA_HASH] === hashOf(data),
  };
}

function toSecret(
  { owner, name }: CredentialTarget,
  credentials: Credentials,
  apiVersion: string,
): Secret & { type: string } {
  const { secretId, secretHash, request, values, labels, annotations } = credentials;
  // `data`, never `stringData`: server-side apply would not remove old keys with the latter.
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...labels, ...MANAGED_LABEL },
      annotations: {
        ...annotations,
        [SECRET_ID]: secretId,
        [SECRET_HASH]: secretHash,
        [REQUEST]: request,
        [DATA_HASH]: hashOf(data),
      },
      ownerReferences: [
        {
          apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          controller: true,
        },
      ],
    },
    data,
  };
}

function without(entries: Record<string, string>, names: Set<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.has(name)));
}

function hashOf(data: Record<string, string>): string {
  const sorted = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

function pathOf({ owner, name }: CredentialTarget): string {
  return `/api/v1/namespaces/${owner.metadata.namespace}/secrets/${name}`;
}
