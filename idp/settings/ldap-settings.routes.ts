import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  changeSettings,
  checkLdap,
  LDAP_PASSWORD_PLACE,
  Refusal,
  type SettingsView,
  viewSettings,
} from '#core';
import { requireAdministrator } from '../http/caller.ts';
import { seenBy, tagged } from '../http/conditions.ts';
import type { Services } from '../http/services.ts';
import { listLdapSecrets, toLdapConfigManifest } from '../manifests/ldap-config.manifest.ts';
import { ManifestText, sendManifest } from '../manifests/manifest.ts';
import { tellSecrets } from '../manifests/settings.manifest.ts';
import { LdapSettingsInput, LdapSettingsView, LdapTestView } from './ldap-settings.schemas.ts';
import { toLdapSettings, viewLdapSettings } from './ldap-settings-view.ts';

/** The directory that people and groups come from. What an LDAPConfig declares can only be changed there. */
export const ldapSettingsRoutes: FastifyPluginAsyncTypebox<Services> = async (app, services) => {
  const { keyring } = services;

  app.get(
    '/settings/ldap',
    { schema: { response: { 200: LdapSettingsView } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      return tagged(reply, viewLdapSettings(await viewSettings(request.em, 'ldap')));
    },
  );

  app.put(
    '/settings/ldap',
    { schema: { body: LdapSettingsInput, response: { 200: LdapSettingsView } } },
    async (request, reply) => {
      const { actor, origin } = await requireAdministrator(request, services);
      const changed = await changeSettings(request.em, 'ldap', {
        toValue: (before) => toLdapSettings(request.body, before, keyring),
        by: { actor, origin },
        seen: seenBy(request),
      });
      return tagged(reply, viewLdapSettings(changed));
    },
  );

  app.post(
    '/settings/ldap/test',
    { schema: { body: LdapSettingsInput, response: { 200: LdapTestView } } },
    async (request) => {
      await requireAdministrator(request, services);
      const { value } = await viewSettings(request.em, 'ldap');
      const { bind, ...settings } = toLdapSettings(request.body, value, keyring);
      const password = keyring.decrypt(bind.password, LDAP_PASSWORD_PLACE);
      return { aspects: await checkLdap({ ...settings, bind: { ...bind, password } }) };
    },
  );

  app.get(
    '/settings/ldap/manifest',
    { schema: { response: { 200: ManifestText } } },
    async (request, reply) => {
      await requireAdministrator(request, services);
      const view: SettingsView<'ldap'> = await viewSettings(request.em, 'ldap');
      if (!view.value) {
        throw new Refusal('not_found', 'There is no directory yet: save one first');
      }
      const secrets = tellSecrets(listLdapSecrets(view.value));
      return sendManifest(reply, toLdapConfigManifest(view.value, view.owner), secrets);
    },
  );
};
