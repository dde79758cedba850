import { rawString } from './rule.ts';
import { text } from './schema.ts';

/** Go's form, because CEL's duration() reads nothing else: no days, no ISO 8601. */
const GO_DURATION = '^([0-9]+([.][0-9]+)?(ms|s|m|h))+$';

/** A time span between one minute and 365 days. */
export function duration(description: string, byDefault?: string) {
  return text({
    description,
    maxLength: 32,
    pattern: GO_DURATION,
    rules: [
      {
        // One rule for form and bounds: && does not ask duration() about what is none.
        rule: `self.matches(${rawString(GO_DURATION)}) && duration(self) >= duration('1m') && duration(self) <= duration('8760h')`,
        message:
          'a duration lies between 1m and 8760h (365 days) and is written like 15m, 1h30m or 720h; there is no unit for days, so 90 days are 2160h',
      },
    ],
    ...(byDefault !== undefined && { default: byDefault }),
  });
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Whole seconds of a duration that the schema accepted: `1h30m` → 5400. */
export function toSeconds(value: string): number {
  const parts = value.matchAll(/([0-9.]+)(ms|s|m|h)/g);
  const seconds = [...parts].map(([, amount, unit]) => Number(amount) * SECONDS[unit as 's']);
  return Math.round(seconds.reduce((sum, part) => sum + part, 0));
}
