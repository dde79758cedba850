import type { DirectoryConflict, DirectoryState, DirectoryUser, KnownUser } from '#core';
import type { ReadUser } from './ldap.entries.ts';
import type { Plan, PlanRules, Reading } from './ldap.plan.ts';
import { planAdmins } from './ldap.plan-admins.ts';

type UserPlan = Pick<
  Plan,
  | 'createUsers'
  | 'updateUsers'
  | 'disableUsers'
  | 'enableUsers'
  | 'deleteUsers'
  | 'promoteUsers'
  | 'demoteUsers'
  | 'changePictures'
  | 'conflicts'
> & {
  /** Who is no longer in the directory. */
  gone: { username: string; wasActive: boolean }[];

  /** The account of each person who has one after this, by `directoryId`. */
  idOf: Map<string, string>;
};

/** Who comes, changes, goes and comes back; and who of them administers Permiso. */
export function planUsers(
  reading: Reading,
  state: DirectoryState,
  { rules, createId }: { rules: PlanRules; createId: () => string },
): UserPlan {
  const conflicts: DirectoryConflict[] = [];
  const known = new Map(
    state.users.flatMap((user) => (user.directoryId ? [[user.directoryId, user]] : [])),
  );
  const names = new NamesInUse(state.users);
  const idOf = new Map<string, string>();
  const made: Pick<UserPlan, 'createUsers' | 'updateUsers' | 'enableUsers' | 'changePictures'> = {
    createUsers: [],
    updateUsers: [],
    enableUsers: [],
    changePictures: [],
  };
  for (const person of reading.users) {
    const account = known.get(person.directoryId);
    const id = account?.id ?? createId();
    const [profile, clashes] = names.claim(person, account);
    conflicts.push(...clashes);
    if (profile && !idOf.has(person.directoryId)) {
      idOf.set(person.directoryId, id);
      compare({ id, person, profile, account }, made);
    }
  }
  const present = presentOf(reading, idOf);
  const gone = state.users.filter((user) => isGone(user, present));
  const admins = planAdmins(reading, state, { rules, idOf, gone });
  return {
    ...made,
    ...planGone(gone, admins.kept, rules),
    promoteUsers: admins.promoteUsers,
    demoteUsers: admins.demoteUsers,
    conflicts: [...conflicts, ...admins.conflicts],
    gone: gone.map(({ username, isDisabled }) => ({ username, wasActive: !isDisabled })),
    idOf,
  };
}

interface Comparison {
  id: string;
  person: ReadUser;
  profile: DirectoryUser;
  account: KnownUser | undefined;
}

function compare(
  { id, person: { directoryId, picture }, profile, account }: Comparison,
  made: Pick<UserPlan, 'createUsers' | 'updateUsers' | 'enableUsers' | 'changePictures'>,
): void {
  const isSame =
    account &&
    account.username === profile.username &&
    account.displayName === profile.displayName &&
    account.email === profile.email;
  if (!account) {
    made.createUsers.push({ ...profile, id });
  } else if (!isSame) {
    made.updateUsers.push({ ...profile, id });
  }
  if (account?.hasLeft) {
    made.enableUsers.push(id);
  }
  if ((account?.picture ?? null) !== picture) {
    made.changePictures.push({ id, directoryId, picture });
  }
}

/** Names and addresses are unique over all accounts, whoever they belong to; whoever has one keeps it. */
class NamesInUse {
  readonly #usernames = new Map<string, string>();
  readonly #emails = new Map<string, string>();

  constructor(users: KnownUser[]) {
    for (const user of users) {
      this.#usernames.set(user.username, holderOf(user));
      this.#emails.set(user.email.toLowerCase(), holderOf(user));
    }
  }

  /**
   * What of the profile the account may have. Who is known already keeps the name that they have where the new one is
   * taken; who is new does not come in. Nobody is ever joined with an account that has the same name.
   */
  claim(
    person: ReadUser,
    account: KnownUser | undefined,
  ): [DirectoryUser | null, DirectoryConflict[]] {
    const own = `directory:${person.directoryId}`;
    const conflicts = FIELDS.flatMap((field) => {
      const holder = this.#holderOf(field, person[field]);
      return holder && holder !== own ? [toConflict(person, field, holder)] : [];
    });
    if (conflicts.length > 0 && !account) {
      return [null, conflicts];
    }
    const isTaken = (field: 'username' | 'email') => conflicts.some((one) => one.field === field);
    const profile = {
      id: '',
      directoryId: person.directoryId,
      displayName: person.displayName,
      username: account && isTaken('username') ? account.username : person.username,
      email: account && isTaken('email') ? account.email : person.email,
    };
    this.#usernames.set(profile.username, own);
    this.#emails.set(profile.email.toLowerCase(), own);
    return [profile, conflicts];
  }

  #holderOf(field: 'username' | 'email', value: string): string | undefined {
    return field === 'username'
      ? this.#usernames.get(value)
      : this.#emails.get(value.toLowerCase());
  }
}

const FIELDS = ['username', 'email'] as const;

function holderOf({ directoryId, username }: KnownUser): string {
  return directoryId === null ? `the account "${username}"` : `directory:${directoryId}`;
}

function toConflict(
  person: ReadUser,
  field: 'username' | 'email',
  holder: string,
): DirectoryConflict {
  const value = person[field];
  const who = holder.startsWith('directory:')
    ? 'another account that comes from the directory'
    : `${holder}, which does not come from the directory`;
  return {
    entry: person.dn,
    field,
    value,
    reason: `the ${field === 'email' ? 'address' : 'user name'} "${value}" belongs to ${who}; change one of the two, or delete that account`,
  };
}

interface Present {
  directoryIds: Set<string>;
  usernames: Set<string>;
}

/** Whoever has an entry is there, also when the entry is of no use, or when its id cannot be read today. */
function presentOf({ users, unusableUsers }: Reading, idOf: Map<string, string>): Present {
  const directoryIds = new Set([...idOf.keys(), ...users.map(({ directoryId }) => directoryId)]);
  const usernames = new Set<string>();
  for (const { directoryId, username } of unusableUsers) {
    if (directoryId) {
      directoryIds.add(directoryId);
    } else if (username) {
      usernames.add(username);
    }
  }
  return { directoryIds, usernames };
}

function isGone({ directoryId, username }: KnownUser, present: Present): boolean {
  return (
    directoryId !== null &&
    !present.directoryIds.has(directoryId) &&
    !present.usernames.has(username)
  );
}

function planGone(
  gone: KnownUser[],
  kept: Set<string>,
  { removedUsers }: PlanRules,
): Pick<UserPlan, 'disableUsers' | 'deleteUsers'> {
  const going = gone.filter(({ id }) => !kept.has(id));
  return {
    disableUsers:
      removedUsers === 'disable' ? going.filter((one) => !one.isDisabled).map(({ id }) => id) : [],
    deleteUsers: removedUsers === 'delete' ? going.map(({ id }) => id) : [],
  };
}
