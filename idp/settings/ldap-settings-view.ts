import {
  assertLdapSettings,
  type Keyring,
  LDAP_PASSWORD_PLACE,
  LDAP_PRESETS,
  type LdapSettings,
  type SettingsView,
} from '#core';
import { sealOrKeep } from './kept-password.ts';
import type { LdapSettingsInput, LdapSettingsView } from './ldap-settings.schemas.ts';

/** What the pages send as what is stored, judged by the rules of an LDAPConfig. */
export function toLdapSettings(
  { bindDn, bindPassword, allowPlaintext, ...input }: LdapSettingsInput,
  before: LdapSettings | null,
  keyring: Keyring,
): LdapSettings {
  const settings = { ...input, bind: { dn: bindDn, password: '' } };
  assertLdapSettings(settings, allowPlaintext);
  const password = sealOrKeep(bindPassword, {
    field: 'bindPassword',
    keyring,
    place: LDAP_PASSWORD_PLACE,
    stored: before?.bind.password,
    isSameServer: before !== null && isSameServer(before, settings),
    server: settings.url,
  });
  return { ...settings, bind: { dn: bindDn, password } };
}

function isSameServer(before: LdapSettings, wanted: LdapSettings): boolean {
  return (
    before.url === wanted.url &&
    (wanted.startTls || !before.startTls) &&
    (before.insecureSkipVerify || !wanted.insecureSkipVerify)
  );
}

export function viewLdapSettings({ value, ...of }: SettingsView<'ldap'>): LdapSettingsView {
  return { settings: value && toView(value), presets: LDAP_PRESETS, ...of };
}

function toView({ bind, ...settings }: LdapSettings): LdapSettingsView['settings'] {
  const isPlain = settings.url.startsWith('ldap:') && !settings.startTls;
  return { ...settings, allowPlaintext: isPlain, bindDn: bind.dn };
}
