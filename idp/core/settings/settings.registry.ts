import type { EntityManager } from '@mikro-orm/postgresql';
import { Setting } from './settings.entity.ts';

export interface GeneralSettings {
  /** What pages and mails call this instance. */
  name: string;

  /** Seconds until a person must sign in again whatever happens. */
  sessionLifetime: number;
}

const GENERAL: GeneralSettings = { name: 'Permiso', sessionLifetime: 30 * 24 * 3600 };

export async function getGeneralSettings(em: EntityManager): Promise<GeneralSettings> {
  const row = await em.findOne(Setting, { key: 'general' });
  return { ...GENERAL, ...(row?.value as Partial<GeneralSettings> | undefined) };
}
