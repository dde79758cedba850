import type { EntityManager } from '@mikro-orm/postgresql';
import { hashToken } from '../encryption/token.ts';
import { ChangedMeanwhile, OwnedElsewhere } from '../errors.ts';
import type { Administrator } from '../owner/actor.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { declareSettings, findSettings } from './settings.registry.ts';
import type { SettingsKey, SettingsOf } from './settings.types.ts';

export interface SettingsView<K extends SettingsKey> {
  /** Null until somebody declares it. */
  value: SettingsOf[K] | null;
  owner: Owner;

  /** Changes with every change. */
  version: string;
}

export async function viewSettings<K extends SettingsKey>(
  em: EntityManager,
  key: K,
): Promise<SettingsView<K>> {
  const row = await findSettings(em, key);
  const version = row ? hashToken(JSON.stringify([row.owner, row.value])) : 'none';
  return { value: row?.value ?? null, owner: row?.owner ?? ADMIN, version };
}

export interface SettingsChange<K extends SettingsKey> {
  /** What is wanted, given what was there: a password that is kept is the one of that moment. */
  toValue(before: SettingsOf[K] | null): SettingsOf[K];
  by: Administrator;

  /** What the caller has seen; whoever changed it since is not overwritten. Null overwrites. */
  seen: string | null;
}

/** Changes what the web pages own; of several at once from the same state one passes. */
export async function changeSettings<K extends SettingsKey>(
  em: EntityManager,
  key: K,
  { toValue, by, seen }: SettingsChange<K>,
): Promise<SettingsView<K>> {
  return em.transactional(async (tx) => {
    await query(tx, `select pg_advisory_xact_lock(hashtextextended('settings/' || $1, 0))`, [key]);
    const before = await viewSettings(tx, key);
    if (before.owner !== ADMIN) {
      throw new OwnedElsewhere(`the setting "${key}"`, before.owner);
    }
    if (seen !== null && seen !== before.version) {
      throw new ChangedMeanwhile();
    }
    await declareSettings(tx, key, toValue(before.value), by);
    return viewSettings(tx, key);
  });
}
