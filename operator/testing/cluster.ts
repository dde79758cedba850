import { randomUUID } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { ApiServerConnection } from './api-server.ts';
import { type AuditedWrite, readAuditLog, type WriteFilter } from './audit-log.ts';
import { eventually } from './eventually.ts';
import { collectGarbage, type GarbageReport } from './garbage.ts';
import { apiVersionOf, collectionPath } from './kinds.ts';
import { KubeClient, KubeError } from './kube-client.ts';
import {
  type Expectation,
  type Fields,
  type KubeEvent,
  type KubeManifest,
  type KubeObject,
  type KubeSecret,
  meets,
} from './kube-objects.ts';
import { type CommandResult, runKubectl } from './kubectl.ts';

const AUDIT_MARK = 'audit-mark-';

/** A running cluster, seen from one namespace of it. */
export class Cluster {
  readonly connection: ApiServerConnection;
  readonly namespace: string;

  /** The JSON API as it is, for what has no verb here. */
  readonly client: KubeClient;

  constructor(connection: ApiServerConnection, namespace = 'default', client?: KubeClient) {
    this.connection = connection;
    this.namespace = namespace;
    this.client = client ?? new KubeClient(connection);
  }

  /** For the client library, as an administrator; a new one each time, because it caches. */
  get kubeConfig(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromFile(this.connection.kubeconfigPath);
    return config;
  }

  /** The same cluster, seen from another namespace. */
  in(namespace: string): Cluster {
    return new Cluster(this.connection, namespace, this.client);
  }

  /** A new namespace, and the cluster seen from there. */
  async createNamespace(prefix = 'test'): Promise<Cluster> {
    const name = `${prefix}-${randomUUID().slice(0, 8)}`;
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return this.in(name);
  }

  /** Server-side apply as field manager `test`, taking over fields that others hold. */
  apply<Spec = Fields, Status = Fields>(manifest: KubeManifest): Promise<KubeObject<Spec, Status>> {
    const { kind, metadata } = manifest;
    return this.client.send({
      method: 'PATCH',
      path: `${collectionPath(kind, metadata.namespace ?? this.namespace)}/${metadata.name}`,
      query: { fieldManager: 'test', force: 'true', fieldValidation: 'Strict' },
      contentType: 'application/apply-patch+yaml',
      body: manifest,
    });
  }

  get<Spec = Fields, Status = Fields>(
    kind: string,
    name: string,
  ): Promise<KubeObject<Spec, Status>> {
    return this.client.send({ method: 'GET', path: this.#path(kind, name) });
  }

  find<Spec = Fields, Status = Fields>(
    kind: string,
    name: string,
  ): Promise<KubeObject<Spec, Status> | null> {
    return this.get<Spec, Status>(kind, name).catch(nullWhenAbsent);
  }

  async list<Spec = Fields, Status = Fields>(kind: string): Promise<KubeObject<Spec, Status>[]> {
    const path = collectionPath(kind, this.namespace);
    const { items } = await this.client.send<{ items: KubeObject<Spec, Status>[] }>({
      method: 'GET',
      path,
    });
    // The API server does not repeat in each item what the list says.
    return items.map((item) => ({ ...item, kind, apiVersion: apiVersionOf(kind) }));
  }

  /** JSON merge patch; with `status` as subresource it plays the operator. */
  patch<Spec = Fields, Status = Fields>(
    kind: string,
    name: string,
    change: object,
    subresource?: 'status',
  ): Promise<KubeObject<Spec, Status>> {
    const path = this.#path(kind, name);
    return this.client.send({
      method: 'PATCH',
      path: subresource ? `${path}/${subresource}` : path,
      query: { fieldManager: 'test', fieldValidation: 'Strict' },
      contentType: 'application/merge-patch+json',
      body: change,
    });
  }

  /** Asks for the deletion and does not wait for finalizers. Safe to repeat. */
  async delete(kind: string, name: string): Promise<void> {
    await this.client
      .send({ method: 'DELETE', path: this.#path(kind, name) })
      .catch(nullWhenAbsent);
  }

  /** A Secret with its values decoded. */
  async secret(name: string): Promise<KubeSecret> {
    const { metadata, type, data } = await this.client.send<
      KubeSecret & { data?: Record<string, string> }
    >({ method: 'GET', path: this.#path('Secret', name) });
    const values = Object.entries(data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]);
    return { metadata, type, values: Object.fromEntries(values) };
  }

  /** What was told about a resource, oldest first. */
  async events(kind: string, name: string): Promise<KubeEvent[]> {
    const path = collectionPath('Event', this.namespace);
    const { items } = await this.client.send<{ items: KubeEvent[] }>({ method: 'GET', path });
    return items
      .filter(({ regarding }) => regarding.kind === kind && regarding.name === name)
      .sort((one, other) => one.eventTime.localeCompare(other.eventTime));
  }

  /** The object, once it is as expected. An API server that is away in between counts as "not yet". */
  waitFor<Spec = Fields, Status = Fields>(
    kind: string,
    name: string,
    expectation: Expectation<Spec, Status>,
    timeoutMs?: number,
  ): Promise<KubeObject<Spec, Status>> {
    return eventually(async () => {
      const object = await this.get<Spec, Status>(kind, name);
      if (!meets(object, expectation)) {
        throw new Error(`${kind} ${name} is not as expected: ${JSON.stringify(object)}`);
      }
      return object;
    }, timeoutMs);
  }

  /** Resolves when the object is away, finalizers done. */
  waitUntilGone(kind: string, name: string, timeoutMs?: number): Promise<void> {
    return eventually(async () => {
      const object = await this.find(kind, name);
      if (object) {
        throw new Error(`${kind} ${name} is there: ${JSON.stringify(object)}`);
      }
    }, timeoutMs);
  }

  /** The real kubectl, in this namespace; a non-zero exit code is an answer and not an exception. */
  kubectl(...args: string[]): Promise<CommandResult> {
    return runKubectl(this.connection, ['--namespace', this.namespace, ...args]);
  }

  /** All writes in this namespace that the API server has finished, refused ones too, oldest first. */
  async writes(filter: WriteFilter = {}): Promise<AuditedWrite[]> {
    // The server notes a write just after it has answered. A dry run that stands in the log stands after all before it.
    const mark = `${AUDIT_MARK}${randomUUID()}`;
    await this.client.send({
      method: 'POST',
      path: collectionPath('ConfigMap', 'default'),
      query: { dryRun: 'All' },
      body: { metadata: { name: mark } },
    });
    const log = await eventually(() => readAuditLog(this.connection.auditLogPath, mark));
    return log.filter(
      (write) =>
        write.namespace === this.namespace &&
        !write.name.startsWith(AUDIT_MARK) &&
        Object.entries(filter).every(([key, value]) => write[key as keyof WriteFilter] === value),
    );
  }

  /** Does once what the controllers of a whole cluster do all the time; see garbage.ts. */
  collectGarbage(): Promise<GarbageReport> {
    return collectGarbage(this);
  }

  #path(kind: string, name: string): string {
    return `${collectionPath(kind, this.namespace)}/${name}`;
  }
}

function nullWhenAbsent(error: unknown): null {
  if (error instanceof KubeError && error.code === 404) {
    return null;
  }
  throw error;
}
