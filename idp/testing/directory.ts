import {
  declareSettings,
  type EntityManager,
  findLastDirectorySyncs,
  LDAP_PASSWORD_PLACE,
  LDAP_PRESETS,
  type LdapSettings,
  query,
} from '#core';
import type { Slapd } from '#core/testing/slapd';
import type { Services } from '../http/services.ts';
import { beginSync } from '../ldap/ldap.sync.ts';

/** Where people and groups of a test come from. */
export function openLdapSettings(
  { secureUrl, ca, baseDn, bindDn, password }: Slapd,
  overrides: Partial<LdapSettings> = {},
): LdapSettings {
  return {
    url: secureUrl,
    startTls: false,
    ca,
    insecureSkipVerify: false,
    bind: { dn: bindDn, password },
    baseDn,
    ...LDAP_PRESETS.OpenLDAP,
    users: { ...LDAP_PRESETS.OpenLDAP.users, filter: '(objectClass=inetOrgPerson)' },
    adminGroup: null,
    removedUsers: 'disable',
    syncInterval: 3_600,
    maxRemovedPercent: 50,
    ...overrides,
  };
}

/** Makes these the settings of the instance, given the password in plain. */
export async function declareDirectory(
  em: EntityManager,
  { keyring }: Pick<Services, 'keyring'>,
  settings: LdapSettings,
): Promise<void> {
  const password = keyring.encrypt(settings.bind.password, LDAP_PASSWORD_PLACE);
  const sealed = { ...settings, bind: { ...settings.bind, password } };
  await declareSettings(em.fork(), 'ldap', sealed, 'admin');
}

/** One run from its beginning to its end, and what is kept of it. */
export async function synchronise(
  services: Services,
  { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
) {
  const run = await beginSync(services, { actor: 'ldap', timeoutMs });
  await run?.done;
  const { last } = await findLastDirectorySyncs(services.database.em.fork());
  if (!run || !last) {
    throw new Error('there was no run');
  }
  return last;
}

interface Account {
  id: string;
  username: string;
  displayName: string;
  email: string;
  isAdmin: boolean;
  disabled: boolean;
  owner: string;
  groups: string[];
}

/** Every account that there is, by name. */
export async function listAccounts(em: EntityManager): Promise<Account[]> {
  return query(
    em,
    `select id, username, display_name as "displayName", email, is_admin as "isAdmin", owner,
            disabled_at is not null as disabled,
            array(select g.name from memberships m join groups g on g.id = m.group_id where m.user_id = users.id order by 1) as groups
       from users order by username`,
  );
}

/** For the next test: as if nothing had ever come from a directory. */
export async function forgetDirectory(em: EntityManager): Promise<void> {
  await em.fork().transactional(async (tx) => {
    await query(tx, `select set_config('permiso.actor', 'ldap', true)`);
    await query(tx, `delete from groups where owner = 'ldap'`);
    await query(tx, 'delete from users');
    await query(tx, 'delete from directory_syncs');
    await query(tx, `select set_config('permiso.actor', 'admin', true)`);
    await query(tx, `delete from settings where key = 'ldap'`);
  });
}
