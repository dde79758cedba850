import { type DirectorySync, findLastDirectorySyncs } from '#core';
import { toTime } from '../runtime/conditions.ts';
import type { Aspect, Context } from '../runtime/reconciler.ts';

/** A run that is over, however it ended; one that begins tells nothing yet. */
export const SYNC_INTERESTS = ['succeeded', 'stopped', 'failed'].map(
  (state) => `directory_syncs/${state}`,
);

/** What became of the last synchronisation, which the IdP does. */
export async function tellSync({
  transact,
}: Context): Promise<{ aspect: Aspect; status: Record<string, unknown> }> {
  const { last, lastSucceeded } = await transact(findLastDirectorySyncs);
  return { aspect: toAspect(last), status: lastSucceeded ? toStatus(lastSucceeded) : {} };
}

function toAspect(last: DirectorySync | null): Aspect {
  if (!last) {
    return {
      type: 'Synced',
      status: 'Unknown',
      reason: 'Pending',
      message: 'the directory was not read yet',
    };
  }
  const { state, reason, message, counts } = last;
  if (state !== 'succeeded') {
    return {
      type: 'Synced',
      status: 'False',
      reason: reason ?? 'Failed',
      message: message ?? 'the directory was not read to its end',
    };
  }
  const { users = 0, groups = 0, skipped = 0, conflicts = 0 } = counts;
  return {
    type: 'Synced',
    status: 'True',
    reason: conflicts > 0 ? 'Conflicts' : 'Succeeded',
    message: `${users} people and ${groups} groups were read; ${skipped} entries were skipped, and ${conflicts} names belong to somebody else`,
  };
}

function toStatus({ finishedAt, counts }: DirectorySync): Record<string, unknown> {
  return {
    lastSyncAt: finishedAt && toTime(new Date(finishedAt)),
    users: counts.users ?? 0,
    groups: counts.groups ?? 0,
    skippedEntries: counts.skipped ?? 0,
  };
}
