import type { DirectorySyncsView, LdapSettingsInput, LdapSettingsView, LdapTestView } from '#api';
import { request } from '#web/api/request.ts';

export const getDirectory = () => request<LdapSettingsView>('GET', '/api/settings/ldap');

/** Refused when somebody else has changed it since this version. */
export const saveDirectory = (directory: LdapSettingsInput, version: string) =>
  request<LdapSettingsView>('PUT', '/api/settings/ldap', directory, {
    'if-match': `"${version}"`,
  });

/** Tries what stands in the form, saved or not. */
export const testDirectory = (directory: LdapSettingsInput) =>
  request<LdapTestView>('POST', '/api/settings/ldap/test', directory);

/** The newest runs, the newest first. */
export const listSyncs = () => request<DirectorySyncsView>('GET', '/api/ldap/syncs');

/** Goes on by itself; `listSyncs` says what becomes of it. */
export const beginSync = () => request<DirectorySyncsView>('POST', '/api/ldap/sync');
