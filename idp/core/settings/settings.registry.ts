import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { OwnedElsewhere } from '../errors.ts';
import { actAs, type Declarer, toOwner } from '../owner/actor.ts';
import { type Difference, listDifferences } from '../owner/adoption.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { Setting } from './settings.entity.ts';
import type { SettingsKey, SettingsOf } from './settings.types.ts';

/** One page of settings and who declared it; null when nobody has. */
export async function findSettings<K extends SettingsKey>(
  em: EntityManager,
  key: K,
): Promise<{ value: SettingsOf[K]; owner: Owner } | null> {
  const [row] = await query<{ value: SettingsOf[K]; owner: Owner }>(
    em,
    'select value, owner from settings where key = $1',
    [key],
  );
  return row ?? null;
}

/**
 * Makes the settings as declared. A resource takes over what the web pages set (there is only one such page, and
 * YAML wins); another resource's are refused. Safe to repeat; says whether anything changed.
 */
export async function declareSettings<K extends SettingsKey>(
  em: EntityManager,
  key: K,
  value: SettingsOf[K],
  declarer: Declarer,
): Promise<boolean> {
  const { owner, by } = toOwner(declarer);
  return actAs(em, owner, async (tx) => {
    const existing = await tx.findOne(Setting, { key });
    if (existing && existing.owner !== owner && existing.owner !== ADMIN) {
      throw new OwnedElsewhere(`the setting "${key}"`, existing.owner);
    }
    const before = (existing?.value ?? {}) as object;
    if (existing?.owner === owner && isDeepStrictEqual(existing.value, value)) {
      return false;
    }
    const differences = listDifferences(before, value).map(withoutSecrets);
    const setting = existing
      ? tx.assign(existing, { value, owner })
      : tx.create(Setting, { key, value, owner });
    await tx.persist(setting).flush();
    await recordAudit(tx, {
      ...by,
      event: 'settings_declared',
      target: `settings:${key}`,
      details: { changed: differences },
    });
    return true;
  });
}

/** Not even sealed: a log is copied to more places than the database. */
function withoutSecrets(difference: Difference): unknown {
  return JSON.parse(JSON.stringify(difference), (key, value) =>
    key === 'password' && value !== null ? '(secret)' : value,
  );
}

/** Hands the settings to the web pages with the values they have. Safe to repeat. */
export async function releaseSettings(
  em: EntityManager,
  key: SettingsKey,
  owner: Owner,
): Promise<void> {
  await actAs(em, owner, async (tx) => {
    const released = await tx.nativeUpdate(Setting, { key, owner }, { owner: ADMIN });
    if (released === 1) {
      await recordAudit(tx, {
        event: 'settings_released',
        actor: owner,
        target: `settings:${key}`,
      });
    }
  });
}
