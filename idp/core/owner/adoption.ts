import { isDeepStrictEqual } from 'node:util';
import { OwnedElsewhere, Refusal } from '../errors.ts';
import { ADMIN, type Owner } from './owner.ts';

/** What happens to a row that an administrator made: left alone, taken over if nothing would change, or overwritten. */
export type Adoption = 'never' | 'if_match' | 'overwrite';

export interface Difference {
  field: string;
  desired: unknown;
  actual: unknown;
}

/** Adoption on condition that nothing changes, and something would. */
export class AdoptionDiffers extends Refusal {
  readonly differences: Difference[];

  constructor(what: string, differences: Difference[]) {
    const fields = differences.map(({ field }) => field).join(', ');
    super('owned_elsewhere', `${what} was made in the web pages and differs in: ${fields}`);
    this.name = 'AdoptionDiffers';
    this.differences = differences;
  }
}

interface Row {
  owner: Owner;
}

/** Refuses unless the declarer holds the row or may take it over. Another resource's row is never taken. */
export function assertMayDeclare(
  what: string,
  existing: Row,
  { owner, adoption, differences }: { owner: Owner; adoption: Adoption; differences: Difference[] },
): void {
  if (existing.owner === owner) {
    return;
  }
  if (existing.owner !== ADMIN || adoption === 'never') {
    throw new OwnedElsewhere(what, existing.owner);
  }
  if (adoption === 'if_match' && differences.length > 0) {
    throw new AdoptionDiffers(what, differences);
  }
}

/** Lists that are sets (callback URLs, groups) differ only when their members do. */
export function listDifferences(existing: object, desired: object): Difference[] {
  return Object.entries(desired)
    .map(([field, value]) => ({ field, desired: value, actual: existing[field as never] }))
    .filter(({ desired: wanted, actual }) => !isDeepStrictEqual(inOrder(wanted), inOrder(actual)));
}

function inOrder(value: unknown): unknown {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? value.toSorted()
    : (value ?? null);
}
