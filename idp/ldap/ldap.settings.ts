import {
  type EntityManager,
  findSettings,
  type Keyring,
  LDAP_PASSWORD_PLACE,
  type LdapSettings,
} from '#core';

/** With the password in plain; null when there is no directory. */
export async function findLdapSettings(
  em: EntityManager,
  keyring: Keyring,
): Promise<LdapSettings | null> {
  const value = (await findSettings(em, 'ldap'))?.value;
  if (!value) {
    return null;
  }
  const password = keyring.decrypt(value.bind.password, LDAP_PASSWORD_PLACE);
  return { ...value, bind: { ...value.bind, password } };
}
