import type { EntityManager } from '@mikro-orm/postgresql';
import { recordImage } from '../image/image.registry.ts';
import { findSettings } from './settings.registry.ts';
import type { BrandingSettings } from './settings.types.ts';
import {
  changeSettings,
  type SettingsChange,
  type SettingsView,
} from './settings-administration.registry.ts';

export const NO_BRANDING: BrandingSettings = { accent: null, logo: { light: null, dark: null } };

export async function getBranding(em: EntityManager): Promise<BrandingSettings> {
  return (await findSettings(em, 'branding'))?.value ?? NO_BRANDING;
}

/** Makes this the logo on light or on dark pages; null: there is none. */
export async function changeLogo(
  em: EntityManager,
  theme: 'light' | 'dark',
  file: Buffer | null,
  { by, seen }: Omit<SettingsChange<'branding'>, 'toValue'>,
): Promise<SettingsView<'branding'>> {
  return em.transactional(async (tx) => {
    const name = file && (await recordImage(tx, file));
    return changeSettings(tx, 'branding', {
      toValue: (before) => {
        const { accent, logo } = before ?? NO_BRANDING;
        return { accent, logo: { ...logo, [theme]: name } };
      },
      by,
      seen,
    });
  });
}
