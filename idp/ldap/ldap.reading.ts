import { imageNameOf, Refusal, type SkippedEntry } from '#core';
import type { Directory } from './ldap.directory.ts';
import { type ReadUser, readUniqueId } from './ldap.entries.ts';
import { resolveMembers } from './ldap.members.ts';
import type { Reading } from './ldap.plan.ts';

/** Reads the whole directory. Throws when any part of it cannot be read. */
export async function readDirectory(
  directory: Directory,
  attributes: { uniqueID: string },
): Promise<Reading> {
  const users = await directory.readUsers();
  const skippedPictures = await namePictures(directory, attributes, users.usable);
  const groups = await directory.readGroups();
  return {
    users: users.usable,
    unusableUsers: users.unusable,
    groups: groups.usable,
    unusableGroups: groups.unusable,
    members: resolveMembers(users.usable, groups.usable),
    skippedPictures,
  };
}

/** Pictures are looked at and let go again: those of ten thousand people would fill the memory. */
async function namePictures(
  directory: Directory,
  { uniqueID }: { uniqueID: string },
  users: ReadUser[],
): Promise<SkippedEntry[]> {
  const byId = new Map(users.map((user) => [user.directoryId, user]));
  const skipped: SkippedEntry[] = [];
  for await (const { entry, file } of directory.readPictures()) {
    const user = byId.get(readUniqueId(entry, uniqueID) ?? '');
    if (user) {
      try {
        user.picture = imageNameOf(file);
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw error;
        }
        skipped.push({ entry: entry.dn, reason: `its picture is left out: ${error.message}` });
      }
    }
  }
  return skipped;
}
