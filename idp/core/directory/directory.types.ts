/** Who a person is, as the directory tells it. */
export interface DirectoryProfile {
  username: string;
  displayName: string;
  email: string;
}

/** An account as it is now, whoever it comes from: names are unique over all of them. */
export interface KnownUser extends DirectoryProfile {
  id: string;

  /** Null for who does not come from the directory. */
  directoryId: string | null;
  isAdmin: boolean;
  isDisabled: boolean;

  /** The directory alone disabled it. */
  hasLeft: boolean;

  /** The name of the picture. */
  picture: string | null;
}

export interface KnownGroup {
  id: string;
  directoryId: string | null;
  name: string;
  owner: string;

  /** A resource declared the group and left its members to the web pages and the directory. */
  isOpenToDirectory: boolean;
}

export interface DirectoryState {
  users: KnownUser[];
  groups: KnownGroup[];

  /** By group: who is in it, and whether the directory put them there. */
  members: Map<string, Map<string, boolean>>;
}

export interface DirectoryUser extends DirectoryProfile {
  id: string;
  directoryId: string;
}

export interface DirectoryGroup {
  id: string;
  directoryId: string;
  name: string;
}

export interface MembersChange {
  groupId: string;
  name: string;
  add: string[];
  remove: string[];
}

/** One batch of what a synchronisation changes, done in one transaction. */
export type DirectoryChange =
  | { kind: 'create_users' | 'update_users'; users: DirectoryUser[] }
  | { kind: UserVerb; ids: string[] }
  | { kind: 'declare_groups'; groups: DirectoryGroup[] }
  | { kind: 'retire_groups'; ids: string[] }
  | { kind: 'change_members'; groups: MembersChange[] }
  | { kind: 'change_pictures'; pictures: { id: string; file: Buffer | null }[] };

export type UserVerb =
  | 'disable_users'
  | 'enable_users'
  | 'delete_users'
  | 'promote_users'
  | 'demote_users';

/** An entry that could not be used, and why. */
export interface SkippedEntry {
  entry: string;
  reason: string;
}

/** What the directory says and somebody else holds: for a person to resolve. */
export interface DirectoryConflict {
  entry: string;
  field: 'username' | 'email' | 'group' | 'administrator';
  value: string;
  reason: string;
}

export type DirectoryCounts = Partial<Record<DirectoryCount, number>>;

export type DirectoryCount =
  | 'users'
  | 'groups'
  | 'skipped'
  | 'conflicts'
  | 'created'
  | 'updated'
  | 'disabled'
  | 'enabled'
  | 'deleted'
  | 'groupsDeclared'
  | 'groupsRetired'
  | 'membersAdded'
  | 'membersRemoved';

export interface DirectorySyncResult {
  state: 'succeeded' | 'stopped' | 'failed';
  reason: string | null;

  /** A sentence about what went wrong; null when nothing did. */
  message: string | null;
  counts: DirectoryCounts;
  skipped: SkippedEntry[];
  conflicts: DirectoryConflict[];
}

/** One run, as it is kept. */
export interface DirectorySync extends Omit<DirectorySyncResult, 'state'> {
  id: string;
  state: DirectorySyncResult['state'] | 'running';
  actor: string;
  startedAt: Date;
  finishedAt: Date | null;
}
