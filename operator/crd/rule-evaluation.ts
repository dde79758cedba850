import { Environment } from '@marcbachmann/cel-js';
import type { Rule } from './rule.ts';

const environment = new Environment()
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn');
const parsed = new Map<string, ReturnType<typeof environment.parse>>();

export type Verdict = 'holds' | 'broken' | 'undecidable';

/** Undecidable: the expression failed on this value, as duration() does on what is no duration. */
export function judge({ rule }: Rule, self: unknown, oldSelf: unknown): Verdict {
  try {
    return parse(rule)({ self, oldSelf }) === true ? 'holds' : 'broken';
  } catch (error) {
    // A rule that cannot be read is our own mistake and must not pass for a bad manifest.
    if (!(error instanceof Error) || error.name === 'ParseError') throw error;
    return 'undecidable';
  }
}

/** A rule about a change says nothing about a new object. */
export function isTransition({ rule }: Rule): boolean {
  return rule.includes('oldSelf');
}

function parse(rule: string) {
  const known = parsed.get(rule);
  if (known) return known;
  const expression = environment.parse(rule);
  parsed.set(rule, expression);
  return expression;
}
