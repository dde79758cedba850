import {
  type LdapCondition,
  LdapConnection,
  type LdapEntry,
  type LdapNoun,
  type LdapSettings,
  readBase,
  readEntry,
  ServerFault,
  searchBelowBase,
  toFilter,
} from '#core';
import {
  type ReadGroup,
  type ReadUser,
  readGroup,
  readUser,
  toUniqueValue,
  type UnusableEntry,
  userAttributes,
} from './ldap.entries.ts';

export interface DirectoryOptions {
  /** For each request. */
  timeoutMs: number;

  /** Ends the reading in the middle. */
  signal?: AbortSignal;

  /** Called after every page, so that who waits knows that it goes on. */
  onPage?(): Promise<void>;
}

/** What was found, whole: a search that does not come to its end throws instead. */
export interface Found<Thing> {
  usable: Thing[];
  unusable: UnusableEntry[];
}

const PEOPLE_PER_PAGE = 200;

/** Each may have a thousand members. */
const GROUPS_PER_PAGE = 20;

/** What a filter may ask for at once. */
const AT_ONCE = 50;

/**
 * A directory, open for reading. Whatever keeps it from being read to the end is thrown as a `ServerFault`, so that
 * nobody takes a part of it for the whole. The password in the settings is the plain one.
 */
export class Directory {
  readonly #connection: LdapConnection;
  readonly #settings: LdapSettings;
  readonly #options: DirectoryOptions;

  constructor(settings: LdapSettings, options: DirectoryOptions) {
    this.#connection = new LdapConnection(settings, options.timeoutMs);
    this.#settings = settings;
    this.#options = options;
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
  }

  async open(): Promise<void> {
    // Nobody is told of an end that came before there was anybody to tell.
    if (this.#options.signal?.aborted) {
      throw new ServerFault('ConnectionFailed', 'this replica ended before it asked the directory');
    }
    await this.#connection.open();
    await this.#connection.bind();
    await readBase(this.#connection);
  }

  close(): void {
    this.#connection.close();
  }

  /** Without their pictures. */
  async readUsers(anyOf?: LdapCondition[]): Promise<Found<ReadUser>> {
    const { attributes } = this.#settings.users;
    const found: Found<ReadUser> = { usable: [], unusable: [] };
    const search = { attributes: userAttributes(attributes), pageSize: PEOPLE_PER_PAGE, anyOf };
    for await (const entry of this.#read('users', search)) {
      sort(readUser(entry, attributes), found);
    }
    return found;
  }

  async readGroups(): Promise<Found<ReadGroup>> {
    const { attributes } = this.#settings.groups;
    const found: Found<ReadGroup> = { usable: [], unusable: [] };
    const names = [attributes.uniqueID, attributes.name, attributes.member];
    const search = { attributes: names, pageSize: GROUPS_PER_PAGE };
    const entries: LdapEntry[] = [];
    for await (const entry of this.#read('groups', search)) {
      entries.push(entry);
    }
    // Ranges are asked for afterwards: a question between two pages makes some directories forget where they were.
    for (const entry of entries) {
      sort(readGroup(entry, attributes, await this.#readMembers(entry)), found);
    }
    return found;
  }

  /** The entry of one person; nothing when the directory has no such person (any more). */
  async findUser(directoryId: string): Promise<Found<ReadUser>> {
    const attribute = this.#settings.users.attributes.uniqueID;
    return this.readUsers([{ attribute, value: toUniqueValue(attribute, directoryId) }]);
  }

  /** The groups that name one of these as a member, by `directoryId`; members are not read. */
  async findGroupsWith(members: string[]): Promise<ReadGroup[]> {
    const { attributes } = this.#settings.groups;
    const found: Found<ReadGroup> = { usable: [], unusable: [] };
    const anyOf = members.map((value) => ({ attribute: attributes.member, value }));
    const names = [attributes.uniqueID, attributes.name];
    const search = { attributes: names, pageSize: PEOPLE_PER_PAGE, anyOf };
    for await (const entry of this.#read('groups', search)) {
      sort(readGroup(entry, attributes, []), found);
    }
    return found.usable;
  }

  /** The pictures of all who have one, or of these people; never more than a few at a time. */
  async *readPictures(directoryIds?: string[]): AsyncGenerator<{ entry: LdapEntry; file: Buffer }> {
    const { uniqueID, picture } = this.#settings.users.attributes;
    const attributes = [uniqueID, picture];
    for (const anyOf of toConditions(uniqueID, directoryIds)) {
      for await (const entry of this.#read('users', { attributes, pageSize: AT_ONCE, anyOf })) {
        const file = entry.values.get(picture.toLowerCase())?.[0];
        if (file && file.length > 0) {
          yield { entry, file };
        }
      }
    }
  }

  async *#read(noun: LdapNoun, search: Search): AsyncGenerator<LdapEntry> {
    const { anyOf, ...others } = search;
    const filter = toFilter(noun, this.#settings[noun].filter, anyOf);
    let cookie: Buffer | null = null;
    do {
      const page = await searchBelowBase(this.#connection, noun, { ...others, filter, cookie });
      this.#assertWhole(noun, page.references);
      await this.#options.onPage?.();
      yield* page.entries;
      cookie = page.cookie;
    } while (cookie);
  }

  /** Active Directory always refers to its own zones and its configuration, where there are no people. */
  #assertWhole(noun: LdapNoun, references: string[]): void {
    const elsewhere = references.find((uri) => !OWN_PARTITION.test(decodeURIComponent(uri)));
    if (elsewhere) {
      throw new ServerFault(
        'SearchFailed',
        `${this.#settings.url} has only a part of the ${noun} and refers to ${elsewhere.slice(0, 200)} for others. Use a directory that has all of them, such as a global catalog, or a base DN below which it has`,
      );
    }
  }

  /** Active Directory gives 1,500 members at a time, under names such as `member;range=0-1499`. */
  async #readMembers(entry: LdapEntry): Promise<string[]> {
    const name = this.#settings.groups.attributes.member.toLowerCase();
    const members = textsOf(entry.values.get(name));
    for (let part = findRange(entry, name); part; ) {
      members.push(...part.members);
      if (part.next === null) {
        break;
      }
      const attribute = `${name};range=${part.next}-*`;
      const { entries } = await readEntry(this.#connection, entry.dn, [attribute]);
      part = entries[0] && findRange(entries[0], name);
      if (!part) {
        throw new ServerFault(
          'SearchFailed',
          `${this.#settings.url} gave ${members.length} members of "${entry.dn}" and not the others`,
        );
      }
      await this.#options.onPage?.();
    }
    return members;
  }
}

interface Search {
  attributes: string[];
  pageSize: number;
  anyOf?: LdapCondition[] | undefined;
}

const OWN_PARTITION = /\/(DC=(Domain|Forest)DnsZones|CN=(Configuration|Schema)),/i;

function sort<Thing>(
  read: { usable: Thing } | { unusable: UnusableEntry },
  found: Found<Thing>,
): void {
  if ('usable' in read) {
    found.usable.push(read.usable);
  } else {
    found.unusable.push(read.unusable);
  }
}

/** A few people at a time, or one question about everybody. */
function toConditions(
  attribute: string,
  ids: string[] | undefined,
): (LdapCondition[] | undefined)[] {
  if (!ids) {
    return [undefined];
  }
  const conditions = ids.map((id) => ({ attribute, value: toUniqueValue(attribute, id) }));
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
    conditions.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
  );
}

function findRange(
  { values }: LdapEntry,
  name: string,
): { members: string[]; next: number | null } | undefined {
  for (const [attribute, bytes] of values) {
    const range = attribute.startsWith(`${name};range=`) ? attribute.slice(name.length) : '';
    const [, last] = /^;range=\d+-(\d+|\*)$/.exec(range) ?? [];
    if (last) {
      return { members: textsOf(bytes), next: last === '*' ? null : Number(last) + 1 };
    }
  }
  return undefined;
}

function textsOf(values: Buffer[] = []): string[] {
  return values.map((value) => value.toString());
}
