import {
  type Aspect,
  checkLdap,
  findFailed,
  LdapConnection,
  type LdapEntry,
  type LdapNoun,
  type LdapPage,
  type LdapSettings,
  searchBelowBase,
  toFilter,
  WrongEncryptionKey,
} from '#core';
import { readGroup, readUser, type UnusableEntry, userAttributes } from '../ldap/ldap.entries.ts';
import { findLdapSettings } from '../ldap/ldap.settings.ts';
import type { Check, Finding, Means } from './finding.ts';

/** For the steps together, and then for each page. */
const TIMEOUT_MS = 8_000;

const PAGE = 200;

/** Counted to here. Whoever has more is told "at least". */
const MOST = 2_000;

const SAMPLES = 3;
const SKIPPED_SHOWN = 10;

const CODES: Record<string, string> = {
  HostNotFound: 'host_not_found',
  ConnectionFailed: 'unreachable',
  Timeout: 'no_answer',
  TLSFailed: 'tls_failed',
  AuthenticationFailed: 'credentials_refused',
  BaseDNNotFound: 'base_not_found',
  FilterInvalid: 'filter_invalid',
  SearchFailed: 'search_failed',
};

export const LDAP_CHECKS: Check[] = [{ id: 'ldap', run: checkDirectory }];

async function checkDirectory({ em, services }: Means): Promise<Finding> {
  try {
    const settings = await findLdapSettings(em, services.keyring);
    return settings ? await look(settings) : { status: 'off', code: 'off' };
  } catch (error) {
    if (error instanceof WrongEncryptionKey) {
      return { status: 'failed', code: 'password_unreadable' };
    }
    throw error;
  }
}

async function look(settings: LdapSettings): Promise<Finding> {
  const aspects = await checkLdap(settings, TIMEOUT_MS);
  const values = { url: settings.url, bindDn: settings.bind.dn, baseDn: settings.baseDn };
  const facts = aspects.filter(({ status }) => status !== 'Unknown').map(toFact);
  const failed = findFailed(aspects);
  if (failed) {
    return { status: 'failed', code: CODES[failed.reason] ?? 'search_failed', values, facts };
  }
  const { users, groups } = await readBoth(settings);
  const counts = { ...values, users: users.counted, groups: groups.counted };
  const seen = [...facts, ...describe('users', users), ...describe('groups', groups)];
  if (users.counted === '0') {
    return { status: 'warning', code: 'nobody', values: counts, facts: seen };
  }
  const skipped = users.unusable.length + groups.unusable.length;
  return skipped > 0
    ? { status: 'warning', code: 'skips', values: { ...counts, skipped }, facts: seen }
    : { status: 'ok', code: 'finds', values: counts, facts: seen };
}

function toFact({ type, message }: Aspect): [string, string] {
  return [type, message];
}

interface Found {
  /** Three that a synchronisation would take, by name. */
  samples: string[];

  /** As a sentence may say it: "2000+" where counting ended early. */
  counted: string;
  unusable: UnusableEntry[];
}

async function readBoth(settings: LdapSettings): Promise<Record<LdapNoun, Found>> {
  const connection = new LdapConnection(settings, TIMEOUT_MS);
  try {
    await connection.open();
    await connection.bind();
    return {
      users: judgeUsers(settings, await read(connection, 'users')),
      groups: judgeGroups(settings, await read(connection, 'groups')),
    };
  } finally {
    connection.close();
  }
}

interface Entries {
  entries: LdapEntry[];
  isAll: boolean;
}

/** Without members and pictures: what counts here is whether the filter finds whom it should. */
async function read(connection: LdapConnection, noun: LdapNoun): Promise<Entries> {
  const { users, groups } = connection.settings;
  const attributes =
    noun === 'users'
      ? userAttributes(users.attributes)
      : [groups.attributes.uniqueID, groups.attributes.name];
  const filter = toFilter(noun, connection.settings[noun].filter);
  const entries: LdapEntry[] = [];
  let cookie: Buffer | null = null;
  do {
    const page: LdapPage = await searchBelowBase(connection, noun, {
      filter,
      attributes,
      pageSize: PAGE,
      cookie,
    });
    entries.push(...page.entries);
    cookie = page.cookie;
  } while (cookie && entries.length < MOST);
  return { entries, isAll: cookie === null };
}

/** By the eyes of the synchronisation, so that it says the same. */
function judgeUsers({ users }: LdapSettings, found: Entries): Found {
  const judged = found.entries.map((entry) => readUser(entry, users.attributes));
  const usable = judged.flatMap((one) => ('usable' in one ? [one.usable] : []));
  const samples = usable.map(({ username, dn }) => `${username} (${dn})`);
  return toFound(found, samples, judged);
}

function judgeGroups({ groups }: LdapSettings, found: Entries): Found {
  const judged = found.entries.map((entry) => readGroup(entry, groups.attributes, []));
  const usable = judged.flatMap((one) => ('usable' in one ? [one.usable] : []));
  return toFound(
    found,
    usable.map(({ name, dn }) => `${name} (${dn})`),
    judged,
  );
}

function toFound({ entries, isAll }: Entries, samples: string[], judged: object[]): Found {
  return {
    samples: samples.slice(0, SAMPLES),
    counted: `${entries.length}${isAll ? '' : '+'}`,
    unusable: judged.flatMap((one) => ('unusable' in one ? [one.unusable as UnusableEntry] : [])),
  };
}

function describe(noun: LdapNoun, { samples, unusable }: Found): [string, string][] {
  return [
    ...samples.map((sample): [string, string] => [`${noun}Sample`, sample]),
    ...unusable
      .slice(0, SKIPPED_SHOWN)
      .map(({ dn, reason }): [string, string] => ['skippedEntry', `${dn}: ${reason}`]),
  ];
}
