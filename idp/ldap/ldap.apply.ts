import {
  applyDirectoryChange,
  type DirectoryChange,
  type DirectoryCount,
  type DirectoryCounts,
  type EntityManager,
  type LdapSettings,
} from '#core';
import type { Directory } from './ldap.directory.ts';
import { readUniqueId } from './ldap.entries.ts';
import type { Plan } from './ldap.plan.ts';

export interface Application {
  em: EntityManager;

  /** The run in whose name it happens. */
  run: string;
  directory: Directory;
  settings: LdapSettings;

  /** Called after every batch. */
  onBatch(): Promise<void>;
}

/** Rows in one transaction: more would keep others waiting, fewer would take longer. */
const BATCH = 250;
const MEMBERS_BATCH = 1_000;

/**
 * Makes the changes of a plan, batch by batch. What takes something away comes first: when it ends in the middle,
 * nobody has more than they should, and the next run does the rest.
 */
export async function applyPlan(plan: Plan, application: Application): Promise<DirectoryCounts> {
  const { em, run, onBatch } = application;
  const counts: DirectoryCounts = {};
  for (const [change, count] of listChanges(plan)) {
    const changed = await applyDirectoryChange(em, run, change);
    await onBatch();
    if (count) {
      counts[count] = (counts[count] ?? 0) + changed;
    }
  }
  await applyPictures(plan, application);
  return counts;
}

function* listChanges(plan: Plan): Generator<[DirectoryChange, DirectoryCount | null]> {
  const removals = plan.changeMembers.map((change) => ({ ...change, add: [] }));
  const additions = plan.changeMembers.map((change) => ({ ...change, remove: [] }));
  yield* inBatches(plan.disableUsers, (ids) => ({ kind: 'disable_users', ids }), 'disabled');
  yield* inBatches(plan.deleteUsers, (ids) => ({ kind: 'delete_users', ids }), 'deleted');
  yield* inBatches(plan.retireGroups, (ids) => ({ kind: 'retire_groups', ids }), 'groupsRetired');
  yield* toMembersChanges(removals, 'membersRemoved');
  yield* inBatches(plan.updateUsers, (users) => ({ kind: 'update_users', users }), 'updated');
  yield* inBatches(plan.enableUsers, (ids) => ({ kind: 'enable_users', ids }), 'enabled');
  yield* inBatches(plan.createUsers, (users) => ({ kind: 'create_users', users }), 'created');
  // Whoever comes new may be the one who administers from now on.
  yield* inBatches(plan.promoteUsers, (ids) => ({ kind: 'promote_users', ids }), null);
  yield* inBatches(plan.demoteUsers, (ids) => ({ kind: 'demote_users', ids }), null);
  yield* inBatches(
    plan.declareGroups,
    (groups) => ({ kind: 'declare_groups', groups }),
    'groupsDeclared',
  );
  yield* toMembersChanges(additions, 'membersAdded');
}

function* inBatches<Item>(
  items: Item[],
  toChange: (batch: Item[]) => DirectoryChange,
  count: DirectoryCount | null,
): Generator<[DirectoryChange, DirectoryCount | null]> {
  for (let at = 0; at < items.length; at += BATCH) {
    yield [toChange(items.slice(at, at + BATCH)), count];
  }
}

type Members = Plan['changeMembers'][number];

/** A group of ten thousand takes several batches, and a hundred groups of two take one. */
function* toMembersChanges(
  changes: Members[],
  count: DirectoryCount,
): Generator<[DirectoryChange, DirectoryCount]> {
  const batch: Members[] = [];
  let size = 0;
  for (const { add, remove, ...group } of changes) {
    for (let at = 0; at < add.length + remove.length; at += MEMBERS_BATCH) {
      const [from, to] = [at, at + MEMBERS_BATCH];
      batch.push({ ...group, add: add.slice(from, to), remove: remove.slice(from, to) });
      size += Math.min(MEMBERS_BATCH, add.length + remove.length - at);
      if (size >= MEMBERS_BATCH) {
        yield [{ kind: 'change_members', groups: batch.splice(0) }, count];
        size = 0;
      }
    }
  }
  if (batch.length > 0) {
    yield [{ kind: 'change_members', groups: batch }, count];
  }
}

/** Fetched again, a few at a time: to keep those of everybody until here would take the memory of many runs. */
async function applyPictures(
  { changePictures }: Plan,
  { em, run, directory, settings, onBatch }: Application,
): Promise<void> {
  const none = changePictures.filter(({ picture }) => picture === null);
  for (const [change] of inBatches(
    none.map(({ id }) => ({ id, file: null })),
    (pictures) => ({ kind: 'change_pictures', pictures }),
    null,
  )) {
    await applyDirectoryChange(em, run, change);
  }
  const some = changePictures.filter(({ picture }) => picture !== null);
  const byId = new Map(some.map(({ id, directoryId }) => [directoryId, id]));
  for await (const { entry, file } of directory.readPictures([...byId.keys()])) {
    const id = byId.get(readUniqueId(entry, settings.users.attributes.uniqueID) ?? '');
    if (id) {
      const pictures = [{ id, file }];
      await applyDirectoryChange(em, run, { kind: 'change_pictures', pictures });
      await onBatch();
    }
  }
}
