import type { Branding } from '#api';

/** Paints the pages in the colour of the instance, in both themes; without one they are as they come. */
export function applyBranding({ accents }: Branding): void {
  const { style } = document.documentElement;
  for (const name of ['accent', 'onAccent'] as const) {
    const property = name === 'accent' ? '--accent' : '--on-accent';
    if (accents) {
      style.setProperty(property, `light-dark(${accents.light[name]}, ${accents.dark[name]})`);
    } else {
      style.removeProperty(property);
    }
  }
}
