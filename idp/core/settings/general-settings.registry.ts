import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AuditRecord, recordAudit } from '../audit/audit.registry.ts';
import { hashToken } from '../encryption/token.ts';
import { OwnedElsewhere, Refusal } from '../errors.ts';
import { listDifferences } from '../owner/adoption.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';
import { query } from '../query.ts';
import { toGeneralSettings } from './general-settings.rules.ts';
import { Setting } from './settings.entity.ts';
import type { GeneralSettings } from './settings.types.ts';

const GENERAL: GeneralSettings = {
  name: 'Permiso',
  sessionLifetime: 30 * 24 * 3600,
  sessionIdleLifetime: null,
  mailNewDevices: true,
  signUp: 'invite',
  defaultGroups: [],
  loginLinksByEmail: false,
};

export interface GeneralView {
  settings: GeneralSettings;
  owner: Owner;

  /** Changes with every change. */
  version: string;
}

export async function getGeneralSettings(em: EntityManager): Promise<GeneralSettings> {
  return (await viewGeneralSettings(em)).settings;
}

export async function viewGeneralSettings(em: EntityManager): Promise<GeneralView> {
  return toView(await em.findOne(Setting, { key: 'general' }));
}

export interface GeneralChange {
  settings: GeneralSettings;
  by: Pick<AuditRecord, 'actor' | 'origin'>;

  /** What the caller has seen; whoever changed it since is not overwritten. Null overwrites. */
  seen: string | null;
}

/** Makes them so, for administrators; the audit log keeps before and after. */
export async function changeGeneralSettings(
  em: EntityManager,
  { settings: wanted, by, seen }: GeneralChange,
): Promise<GeneralView> {
  const settings = toGeneralSettings(wanted);
  return em.transactional(async (tx) => {
    await query(tx, CREATE, [ADMIN]);
    const row = await tx.findOneOrFail(
      Setting,
      { key: 'general' },
      { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true },
    );
    const before = toView(row);
    if (before.owner !== ADMIN) {
      throw new OwnedElsewhere('the setting "general"', before.owner);
    }
    if (seen !== null && seen !== before.version) {
      throw new Refusal(
        'changed_meanwhile',
        'Somebody else changed this a moment ago, and nothing of yours was saved. Load it again',
      );
    }
    const changed = listDifferences(before.settings, settings);
    if (changed.length > 0) {
      row.value = settings;
      await tx.flush();
      const facts = { event: 'settings_changed', target: 'settings:general' } as const;
      await recordAudit(tx, { ...by, ...facts, details: { changed } });
    }
    return toView(row);
  });
}

const CREATE = `
insert into settings (key, value, owner, updated_at) values ('general', '{}', $1, now()) on conflict do nothing`;

function toView(row: Setting | null): GeneralView {
  const settings = { ...GENERAL, ...(row?.value as Partial<GeneralSettings> | undefined) };
  const facts = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const version = hashToken(JSON.stringify(facts));
  return { settings, owner: row?.owner ?? ADMIN, version };
}
