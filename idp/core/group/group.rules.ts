import { InvalidInput, OwnedElsewhere } from '../errors.ts';
import { ADMIN, type Owner } from '../owner/owner.ts';

/** As in a manifest: applications compare names, and split lists of them. */
export const GROUP_NAME = '^[A-Za-z0-9]([A-Za-z0-9 _.:@/+-]*[A-Za-z0-9_])?$';
export const GROUP_NAME_RULE =
  'a group name is made of letters, digits, blanks and "_.:@/+-" and begins and ends with a letter or digit, because applications compare and split it';
export const MAX_GROUP_NAME = 255;

const NAME = new RegExp(GROUP_NAME);
// Surrogates without their other half included: no database keeps them.
const CONTROL = /[\p{Cc}\p{Cs}]/u;

export function assertGroupName(name: string): void {
  if (!NAME.test(name) || name.length > MAX_GROUP_NAME) {
    throw new InvalidInput('name', `"${name.slice(0, 80)}" was not accepted: ${GROUP_NAME_RULE}`);
  }
}

/** Trims what people add by accident. */
export function toGroupDisplayName(input: string): string {
  const displayName = input.trim();
  if (displayName === '' || CONTROL.test(displayName) || displayName.length > MAX_GROUP_NAME) {
    throw new InvalidInput(
      'displayName',
      `A group's name has 1 to ${MAX_GROUP_NAME} characters and no line breaks`,
    );
  }
  return displayName;
}

export interface MembershipRule {
  name: string;
  owner: Owner;
  declaredMembers?: string[] | null | undefined;
  membersAreExact: boolean;
}

/** A resource may leave membership to the web pages, or name some members and leave the others; the directory never does. */
export function mayEditMembers({
  owner,
  declaredMembers,
  membersAreExact,
}: Omit<MembershipRule, 'name'>): boolean {
  return owner === ADMIN || (owner !== 'ldap' && (!declaredMembers || !membersAreExact));
}

export function assertMayEditMembers(group: MembershipRule): void {
  if (!mayEditMembers(group)) {
    throw new OwnedElsewhere(`who is in group "${group.name}"`, group.owner);
  }
}
