import type { TenancyRule } from './tenancy.rules.ts';

const NAMESPACE = /^([*]|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/;
const HOST = /^([*]|([*][.])?[a-z0-9]([-a-z0-9.]*[a-z0-9])?|::1)$/;

type Check = (value: unknown) => string | null;

/** What is wrong with each field of a rule, or null; the chart's values.schema.json judges alike. */
const CHECKS: Record<keyof TenancyRule, Check> = {
  namespaces: listOf(NAMESPACE, 'a list of at least one namespace or "*"', 1),
  allowedCallbackHosts: listOf(HOST, 'a list of hosts in lower case, "*.example.com" or "*"', 0),
  allowPublicClients: flag,
  allowSkipConsent: flag,
  allowAdoption: flag,
  allowClientIDs: flag,
  allowGroups: flag,
};

/** Nothing at all means that there are no limits; an empty list that nobody but the own namespace may do anything. */
export function readTenancyRules(text: string): TenancyRule[] | null {
  if (text === '') {
    return null;
  }
  const rules = parse(text);
  const mistakes = rules.flatMap((rule, index) =>
    mistakesOf(rule).map((mistake) => `rule ${index + 1} ${mistake}`),
  );
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('; '));
  }
  return rules as TenancyRule[];
}

function parse(text: string): unknown[] {
  try {
    const rules: unknown = JSON.parse(text);
    if (Array.isArray(rules)) {
      return rules;
    }
  } catch {
    // Told below, as any other thing that is no list.
  }
  throw new Error('must be a list of rules in JSON, such as [{"namespaces":["team-a"]}]');
}

function mistakesOf(rule: unknown): string[] {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    return ['must be an object'];
  }
  const unknown = Object.keys(rule).filter((field) => !Object.hasOwn(CHECKS, field));
  const wrong = Object.entries(CHECKS).flatMap(([field, check]) => {
    const value = (rule as Record<string, unknown>)[field];
    const isAbsent = value === undefined && field !== 'namespaces';
    const mistake = isAbsent ? null : check(value);
    return mistake ? [`must have as ${field} ${mistake}`] : [];
  });
  return [...unknown.map((field) => `has the unknown field "${field}"`), ...wrong];
}

function flag(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'true or false';
}

function listOf(pattern: RegExp, expected: string, minimum: number): Check {
  const fits = (item: unknown) => typeof item === 'string' && pattern.test(item);
  return (value) =>
    Array.isArray(value) && value.length >= minimum && value.every(fits) ? null : expected;
}
