import { type BrandingSettings, toAccents } from '#core';
import { toImagePath } from '../images/image-path.ts';
import type { Branding } from './branding.schemas.ts';

export function viewBranding({ accent, logo }: BrandingSettings): Branding {
  const pathOf = (name: string | null) => name && toImagePath(name);
  return {
    accents: accent === null ? null : toAccents(accent),
    logo: { light: pathOf(logo.light), dark: pathOf(logo.dark) },
  };
}
