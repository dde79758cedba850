import { InvalidInput } from '../errors.ts';

const HEX = /^#[0-9a-f]{6}$/;

/** WCAG 2.2 asks for 4.5 : 1; the rest is for text on a wash of the colour itself. */
const ENOUGH = 5.5;
const STEP = 0.02;

const WHITE = '#ffffff';
const INK = '#0c110e';

/** The least favourable ground that each theme has (tokens.css), and where to go from there. */
const THEMES = {
  light: { ground: '#f1efe9', towards: '#000000' },
  dark: { ground: '#212622', towards: WHITE },
} as const;

/** A colour for links and buttons, and one for what is written on it. */
export interface Accent {
  accent: string;
  onAccent: string;
}

export function assertAccent(accent: string): void {
  if (!HEX.test(accent)) {
    throw new InvalidInput('accent', 'A colour looks like #0b6b52');
  }
}

/** The colour as each theme can show it: darker or lighter, as far as it takes to be read. */
export function toAccents(wanted: string): { light: Accent; dark: Accent } {
  return { light: toAccent(wanted, 'light'), dark: toAccent(wanted, 'dark') };
}

function toAccent(wanted: string, theme: keyof typeof THEMES): Accent {
  const { ground, towards } = THEMES[theme];
  let share = 0;
  let accent = wanted;
  while (contrast(accent, ground) < ENOUGH && share < 1) {
    share += STEP;
    accent = mix(wanted, towards, share);
  }
  const onAccent = contrast(accent, WHITE) >= contrast(accent, INK) ? WHITE : INK;
  return { accent, onAccent };
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(colour: string, towards: string, share: number): string {
  const goal = channels(towards);
  const mixed = channels(colour).map((channel, place) =>
    Math.round(channel + ((goal[place] ?? 0) - channel) * Math.min(share, 1)),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
