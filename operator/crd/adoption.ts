import type { Adoption, Difference } from '#core';
import type { AdoptionDifference } from './status.ts';

const ADOPTION = { Never: 'never', IfMatch: 'if_match', Overwrite: 'overwrite' } as const;

export function toAdoption(adoption: keyof typeof ADOPTION): Adoption {
  return ADOPTION[adoption];
}

/** For `status.adoptionDiff`; none of the fields that can differ is a secret. */
export function toAdoptionDiff(differences: Difference[]): AdoptionDifference[] {
  return differences.map(({ field, desired, actual }) => ({
    field,
    desired: toText(desired),
    actual: toText(actual),
  }));
}

function toText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.slice(0, 4096);
}
