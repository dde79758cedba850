import {
  createKeyring,
  type Database,
  findSettings,
  query,
  raiseFence,
  releaseSettings,
  transactBehindFence,
} from '#core';
import type { RegistryFixtures } from '#core/testing';
import type { CredentialStore } from '../runtime/credentials.ts';
import { NotReady } from '../runtime/not-ready.ts';
import { type Outcome, settle } from '../runtime/outcome.ts';
import type { Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';

export const KEYRING = createKeyring(['an encryption key for tests']);
export const NAMESPACE = 'permiso';

/**
 * For tests: runs the reconciler of one kind of settings on a real registry, under the operator's own role, with Secrets
 * that the test sets.
 */
export class SettingsBench<Spec, Key extends 'smtp' | 'ldap'> {
  /** Values by `<name>/<key>`, all in the operator's namespace. */
  readonly secrets: Record<string, string> = {};
  now = new Date('2026-08-01T12:00:00.123Z');
  readonly database: Database;
  readonly asOperator: Database;
  readonly reconciler: Reconciler<Spec>;
  readonly #key: Key;

  constructor(
    { database, asOperator }: Pick<RegistryFixtures, 'database' | 'asOperator'>,
    reconciler: Reconciler<Spec>,
    key: Key,
  ) {
    this.database = database;
    this.asOperator = asOperator.database;
    this.reconciler = reconciler;
    this.#key = key;
  }

  resource(spec: Spec, metadata: Partial<Resource['metadata']> = {}): Resource<Spec> {
    return {
      kind: this.reconciler.kind,
      metadata: { namespace: NAMESPACE, name: 'default', uid: 'u1', generation: 1, ...metadata },
      spec,
    };
  }

  async run(resource: Resource<Spec>): Promise<Outcome> {
    return settle(this.reconciler as Reconciler, resource, await this.#context());
  }

  async retire(resource: Resource<Spec>): Promise<void> {
    await this.reconciler.cleanup(resource, await this.#context());
  }

  pass(minutes: number): void {
    this.now = new Date(this.now.getTime() + minutes * 60_000);
  }

  find() {
    return findSettings(this.database.em.fork(), this.#key);
  }

  /** When the row was written last, and what stands in the audit log about it. */
  async history(): Promise<{ writtenAt: unknown; audit: Record<string, unknown>[] }> {
    const em = this.database.em.fork();
    const [row] = await query<{ updated_at: unknown }>(
      em,
      'select updated_at from settings where key = $1',
      [this.#key],
    );
    const audit = await query<Record<string, unknown>>(
      em,
      'select to_jsonb(audit_events) as record from audit_events where target = $1',
      [`settings:${this.#key}`],
    );
    return { writtenAt: row?.updated_at, audit };
  }

  /** There is one such row in all, and the next test wants to find none. */
  async clear(): Promise<void> {
    const em = this.database.em.fork();
    const held = await this.find();
    if (held) {
      await releaseSettings(em, this.#key, held.owner);
      await query(em, 'delete from settings where key = $1', [this.#key]);
    }
    await em.transactional(async (tx) => {
      // Without its guards, which keep what is younger than a day.
      await query(tx, 'set local session_replication_role = replica');
      await query(tx, 'delete from audit_events');
    });
  }

  async #context(): Promise<Context> {
    const epoch = await raiseFence(this.asOperator.em.fork());
    return {
      transact: (work) => transactBehindFence(this.asOperator.em.fork(), epoch, work),
      credentials: NO_CREDENTIALS,
      secrets: {
        read: async (namespace, ref) => this.#read(`${namespace}/${ref.name}/${ref.key}`),
      },
      now: this.now,
    };
  }

  #read(path: string): string {
    const value = this.secrets[path.replace(`${NAMESPACE}/`, '')];
    if (value === undefined) {
      throw new NotReady('SecretRefNotFound', `waiting for ${path}`);
    }
    return value;
  }
}

/** Settings hand nothing out. */
const NO_CREDENTIALS = {} as CredentialStore;
