import {
  assertGroupName,
  type DirectoryProfile,
  type LdapEntry,
  type LdapSettings,
  Refusal,
  toDisplayName,
  toEmailAddress,
  toPersonDetails,
} from '#core';

/** A person as the directory has them. */
export interface ReadUser extends DirectoryProfile {
  directoryId: string;
  dn: string;

  /** What the picture is called when it is kept; null when there is none, or none that can be kept. */
  picture: string | null;
}

export interface ReadGroup {
  directoryId: string;
  dn: string;
  name: string;

  /** Names of entries, or user names. */
  members: string[];
}

/** An entry that is there and cannot be used: whoever it is has not gone. */
export interface UnusableEntry {
  dn: string;
  reason: string;
  directoryId: string | null;
  username: string | null;
}

type Read<Thing> = { usable: Thing } | { unusable: UnusableEntry };

type UserAttributes = LdapSettings['users']['attributes'];
type GroupAttributes = LdapSettings['groups']['attributes'];

/** What is asked for of each person; pictures apart, which are large. */
export function userAttributes({ uniqueID, username, email, ...names }: UserAttributes): string[] {
  return [uniqueID, username, email, names.firstName, names.lastName, names.displayName];
}

export function readUser(entry: LdapEntry, attributes: UserAttributes): Read<ReadUser> {
  const directoryId = readUniqueId(entry, attributes.uniqueID);
  const username = textOf(entry, attributes.username)?.toLowerCase() ?? null;
  const unusable = (reason: string) => ({
    unusable: { dn: entry.dn, reason, directoryId, username },
  });
  if (directoryId === null) {
    return unusable(`it has no "${attributes.uniqueID}" that Permiso may read`);
  }
  if (username === null) {
    return unusable(`it has no "${attributes.username}"`);
  }
  const email = textOf(entry, attributes.email);
  if (email === null) {
    return unusable(`it has no "${attributes.email}", and every person needs a mail address`);
  }
  try {
    const displayName = nameOf(entry, attributes) ?? username;
    const profile = toPersonDetails({ username, displayName, email: toEmailAddress(email) });
    return { usable: { ...profile, directoryId, dn: entry.dn, picture: null } };
  } catch (error) {
    return unusable(sentenceOf(error));
  }
}

export function readGroup(
  entry: LdapEntry,
  attributes: GroupAttributes,
  members: string[],
): Read<ReadGroup> {
  const directoryId = readUniqueId(entry, attributes.uniqueID);
  const name = textOf(entry, attributes.name);
  const unusable = (reason: string) => ({
    unusable: { dn: entry.dn, reason, directoryId, username: null },
  });
  if (directoryId === null) {
    return unusable(`it has no "${attributes.uniqueID}" that Permiso may read`);
  }
  if (name === null) {
    return unusable(`it has no "${attributes.name}"`);
  }
  try {
    assertGroupName(name);
  } catch (error) {
    return unusable(sentenceOf(error));
  }
  return { usable: { directoryId, dn: entry.dn, name, members } };
}

function textOf({ values }: LdapEntry, attribute: string): string | null {
  const text = values.get(attribute.toLowerCase())?.[0]?.toString().trim();
  return text ? text : null;
}

function nameOf(entry: LdapEntry, attributes: UserAttributes): string | null {
  const parts = [attributes.firstName, attributes.lastName].map((name) => textOf(entry, name));
  const name = textOf(entry, attributes.displayName) ?? parts.filter(Boolean).join(' ');
  return name === '' ? null : toDisplayName(name);
}

/** Bytes of a GUID as Windows writes them, anything else as the text that it is, or else in hexadecimal digits. */
export function readUniqueId({ values }: LdapEntry, attribute: string): string | null {
  const bytes = values.get(attribute.toLowerCase())?.[0];
  if (!bytes || bytes.length === 0) {
    return null;
  }
  if (isGuid(attribute) && bytes.length === 16) {
    return toGuid(bytes);
  }
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) && !CONTROL.test(text)
    ? text.toLowerCase()
    : `0x${bytes.toString('hex')}`;
}

/** The value of an attribute as the directory compares it: bytes again where they are bytes. */
export function toUniqueValue(attribute: string, directoryId: string): string | Buffer {
  if (isGuid(attribute) && GUID.test(directoryId)) {
    return fromGuid(directoryId);
  }
  return directoryId.startsWith('0x') ? Buffer.from(directoryId.slice(2), 'hex') : directoryId;
}

const CONTROL = /\p{Cc}/u;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isGuid(attribute: string): boolean {
  return /^(objectGUID|GUID)$/i.test(attribute);
}

/** [MS-DTYP] §2.3.4: the first three parts have their bytes the other way round. */
function toGuid(bytes: Buffer): string {
  const hex = swapped(bytes).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

function fromGuid(guid: string): Buffer {
  return swapped(Buffer.from(guid.replaceAll('-', ''), 'hex'));
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8),
  ]);
}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) {
    return error.message;
  }
  throw error;
}
