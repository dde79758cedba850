import { randomUUID } from 'node:crypto';
import {
  beginDirectorySync,
  type DirectorySyncResult,
  type EntityManager,
  finishDirectorySync,
  holdDirectorySync,
  isDirectorySyncDue,
  Refusal,
  readDirectoryState,
  ServerFault,
  SyncLost,
} from '#core';
import type { Services } from '../http/services.ts';
import { applyPlan } from './ldap.apply.ts';
import { Directory } from './ldap.directory.ts';
import { isStop, plan } from './ldap.plan.ts';
import { readDirectory } from './ldap.reading.ts';
import { findLdapSettings } from './ldap.settings.ts';

/** For each request, of which a run makes many. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How often the other replicas are shown that a run goes on. */
const HOLD_EVERY_MS = 10_000;

type Means = Pick<Services, 'database' | 'keyring' | 'log' | 'metrics' | 'stopping'>;

/** For the clock of every replica: one of them does it, when it is time. */
export async function syncWhenDue(means: Means, timeoutMs?: number): Promise<void> {
  if (await isDirectorySyncDue(means.database.em.fork())) {
    const run = await beginSync(means, { actor: 'ldap', timeoutMs });
    await run?.done;
  }
}

/** Begins a run, unless one is under way on any replica. It goes on by itself; `done` resolves however it ends. */
export async function beginSync(
  means: Means,
  { actor, timeoutMs = REQUEST_TIMEOUT_MS }: { actor: string; timeoutMs?: number | undefined },
): Promise<{ done: Promise<void> } | null> {
  const id = await beginDirectorySync(means.database.em.fork(), actor);
  return id === null ? null : { done: run(means, id, timeoutMs) };
}

async function run(means: Means, id: string, timeoutMs: number): Promise<void> {
  const { database, log, metrics } = means;
  const begun = performance.now();
  const result = await attempt(means, id, timeoutMs);
  if (!result) {
    log.warn({ run: id }, 'synchronisation with the directory was taken over by another replica');
    return;
  }
  await finishDirectorySync(database.em.fork(), id, result).catch((err: unknown) => {
    log.warn({ err, run: id }, 'the end of a synchronisation could not be kept');
  });
  const seconds = (performance.now() - begun) / 1000;
  metrics?.directorySyncs.inc({ result: result.state });
  metrics?.directorySyncSeconds.observe(seconds);
  const { state, reason, counts } = result;
  log[state === 'succeeded' ? 'info' : 'warn'](
    { run: id, state, reason, counts, durationMs: Math.round(seconds * 1000) },
    'synchronised with the directory',
  );
}

/** Null when another replica goes on with it. */
async function attempt(
  means: Means,
  id: string,
  timeoutMs: number,
): Promise<DirectorySyncResult | null> {
  try {
    return await synchronise(means, id, timeoutMs);
  } catch (error) {
    if (error instanceof SyncLost) {
      return null;
    }
    if (error instanceof ServerFault) {
      return failed(error.reason, error.message);
    }
    if (error instanceof Refusal) {
      return failed('Refused', error.message);
    }
    means.log.error({ err: error, run: id }, 'synchronisation with the directory failed');
    return failed('Accident', 'Something went wrong on our side; the log has it');
  }
}

async function synchronise(
  { database, keyring, stopping }: Means,
  id: string,
  timeoutMs: number,
): Promise<DirectorySyncResult> {
  const em = database.em;
  const settings = await findLdapSettings(em.fork(), keyring);
  if (!settings) {
    return failed('NotConfigured', 'there are no settings of a directory');
  }
  const onPage = holder(em, id);
  const directory = new Directory(settings, { timeoutMs, signal: stopping, onPage });
  try {
    await directory.open();
    const reading = await readDirectory(directory, settings.users.attributes);
    const state = await readDirectoryState(em.fork());
    const outcome = plan(reading, state, { rules: settings, createId: randomUUID });
    const found = { users: reading.users.length, groups: reading.groups.length };
    if (isStop(outcome)) {
      return { ...failed(outcome.reason, outcome.message), state: 'stopped', counts: found };
    }
    const done = await applyPlan(outcome, { em, run: id, directory, settings, onBatch: onPage });
    const { skipped, conflicts } = outcome;
    const counts = { ...found, ...done };
    return { state: 'succeeded', reason: null, message: null, counts, skipped, conflicts };
  } finally {
    directory.close();
  }
}

function failed(reason: string, message: string): DirectorySyncResult {
  return { state: 'failed', reason, message, counts: {}, skipped: [], conflicts: [] };
}

function holder(em: EntityManager, id: string): () => Promise<void> {
  let heldAt = performance.now();
  return async () => {
    if (performance.now() - heldAt > HOLD_EVERY_MS) {
      heldAt = performance.now();
      await holdDirectorySync(em.fork(), id);
    }
  };
}
