import { isDeepStrictEqual } from 'node:util';
import { LDAP_PRESETS, type LdapSettings, type Owner } from '#core';
import { type Manifest, resourceOf, toDuration } from './manifest.ts';
import { caSecret, DEFAULT, orNothing, passwordSecret } from './settings.manifest.ts';

/** The Secrets that the manifest below refers to. */
export function listLdapSecrets({ ca }: LdapSettings) {
  return [passwordSecret('ldap'), ca ? caSecret('ldap') : undefined];
}

/** The `LDAPConfig` that would declare the directory as it is. */
export function toLdapConfigManifest(settings: LdapSettings, owner: Owner): Manifest {
  const { url, startTls, insecureSkipVerify, bind, baseDn, adminGroup } = settings;
  const [passwordSecretRef, caSecretRef] = listLdapSecrets(settings);
  const preset = nearestPreset(settings);
  return {
    kind: 'LDAPConfig',
    metadata: resourceOf(owner) ?? DEFAULT,
    spec: {
      url,
      allowPlaintext: (url.startsWith('ldap:') && !startTls) || undefined,
      tls: orNothing({
        startTLS: startTls || undefined,
        caSecretRef,
        insecureSkipVerify: insecureSkipVerify || undefined,
      }),
      bind: { dn: bind.dn, passwordSecretRef },
      baseDN: baseDn,
      preset,
      users: toSearch(settings.users, LDAP_PRESETS[preset].users),
      groups: toSearch(settings.groups, LDAP_PRESETS[preset].groups),
      adminGroup: adminGroup ?? undefined,
      removedUsers: settings.removedUsers === 'delete' ? 'Delete' : undefined,
      sync: {
        interval: toDuration(settings.syncInterval),
        maxRemovedPercent: settings.maxRemovedPercent,
      },
    },
  };
}

/** The one that leaves less to say. */
function nearestPreset({ users, groups }: LdapSettings): 'ActiveDirectory' | 'OpenLDAP' {
  const differences = (preset: keyof typeof LDAP_PRESETS) =>
    [
      toSearch(users, LDAP_PRESETS[preset].users),
      toSearch(groups, LDAP_PRESETS[preset].groups),
    ].reduce((sum, search) => sum + JSON.stringify(search ?? '').length, 0);
  return differences('OpenLDAP') < differences('ActiveDirectory') ? 'OpenLDAP' : 'ActiveDirectory';
}

interface Search {
  filter: string;
  attributes: object;
}

function toSearch(search: Search, usual: Search) {
  const attributes = Object.fromEntries(
    Object.entries(search.attributes).filter(
      ([name, value]) => !isDeepStrictEqual(value, usual.attributes[name as never]),
    ),
  );
  return orNothing({
    filter: search.filter === usual.filter ? undefined : search.filter,
    attributes: orNothing(attributes),
  });
}
