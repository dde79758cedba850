import { describe, expect, test } from 'vitest';
import { assertAccent, contrast, toAccents } from './branding.rules.ts';

/** A grid over all colours. */
const COLOURS = [0, 51, 102, 153, 204, 255].flatMap((red, _, steps) =>
  steps.flatMap((green) => steps.map((blue) => toHex([red, green, blue]))),
);

function toHex(channels: number[]): string {
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

describe('an accent colour', () => {
  test('can be read in both themes, whichever it is', () => {
    for (const { light, dark } of COLOURS.map(toAccents)) {
      expect(contrast(light.accent, '#f1efe9')).toBeGreaterThanOrEqual(5.5);
      expect(contrast(dark.accent, '#212622')).toBeGreaterThanOrEqual(5.5);
      expect(contrast(light.accent, light.onAccent)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark.accent, dark.onAccent)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('that can be read already stays as it is', () => {
    expect(toAccents('#0b6b52').light).toEqual({ accent: '#0b6b52', onAccent: '#ffffff' });
    expect(toAccents('#74d8b2').dark.accent).toBe('#74d8b2');
  });

  test('is measured as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test.for(['red', '#FFF', '#0b6b52;', 'url(x)', '#0b6b5g'])('is refused as %s', (accent) => {
    expect(() => assertAccent(accent)).toThrow('A colour looks like');
  });
});
