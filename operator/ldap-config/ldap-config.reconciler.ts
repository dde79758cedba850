import {
  checkLdap,
  declareSettings,
  findSettings,
  type Keyring,
  LDAP_PASSWORD_PLACE,
  LDAP_PRESETS,
  type LdapSettings,
  releaseSettings,
} from '#core';
import { CheckCache, toReconciled } from '../connection/check-cache.ts';
import { assertHonoured } from '../connection/honoured-namespace.ts';
import { sealPassword } from '../connection/sealed-password.ts';
import { readCertificates, readPassword, secretInterests } from '../connection/secret-values.ts';
import { toSeconds } from '../crd/duration.ts';
import { ownerOf } from '../crd/owner.ts';
import type { Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { LdapConfigSpec } from './ldap-config.crd.ts';
import { SYNC_INTERESTS, tellSync } from './ldap-config.sync.ts';

type LdapConfig = Resource<LdapConfigSpec>;

export interface LdapConfigOptions {
  keyring: Keyring;

  /** The operator's own namespace, the only one that is honoured; null without a cluster. */
  namespace: string | null;
}

export function ldapConfigReconciler(options: LdapConfigOptions): Reconciler<LdapConfigSpec> {
  const checks = new CheckCache();
  return {
    kind: 'LDAPConfig',

    async reconcile(resource, context) {
      assertHonoured(resource, options.namespace);
      const settings = await resolveLdapConfig(resource, context);
      await declare(resource, context, { settings, keyring: options.keyring });

      const verdict = await checks.check(resource, {
        now: context.now,
        facts: settings,
        dial: () => checkLdap(settings),
      });
      const { aspect, status } = await tellSync(context);
      const checked = toReconciled(verdict, `people and groups come from ${settings.url}`);
      return { ...checked, status, aspects: [...verdict.aspects, aspect] };
    },

    async cleanup(resource, { transact }) {
      checks.forget(resource);
      await transact((em) => releaseSettings(em, 'ldap', ownerOf(resource)));
    },

    interests: (resource) => [
      'settings/ldap',
      ...SYNC_INTERESTS,
      ...secretInterests(resource, [
        resource.spec.bind.passwordSecretRef,
        resource.spec.tls.caSecretRef,
      ]),
    ],
  };
}

/** The settings that the resource, its preset and its Secrets say, with the password in plain. */
export async function resolveLdapConfig(
  resource: LdapConfig,
  context: Context,
): Promise<LdapSettings> {
  const { spec } = resource;
  return {
    url: spec.url,
    startTls: spec.tls.startTLS,
    ca: await readCertificates(resource, context, spec.tls.caSecretRef),
    insecureSkipVerify: spec.tls.insecureSkipVerify,
    bind: {
      dn: spec.bind.dn,
      password: await readPassword(resource, context, spec.bind.passwordSecretRef),
    },
    baseDn: spec.baseDN,
    ...toSearches(spec),
    adminGroup: spec.adminGroup ?? null,
    removedUsers: spec.removedUsers === 'Delete' ? 'delete' : 'disable',
    syncInterval: toSeconds(spec.sync.interval),
    maxRemovedPercent: spec.sync.maxRemovedPercent,
  };
}

function toSearches({ preset, users, groups }: LdapConfigSpec) {
  const usual = LDAP_PRESETS[preset];
  return {
    users: {
      filter: users?.filter ?? usual.users.filter,
      attributes: { ...usual.users.attributes, ...users?.attributes },
    },
    groups: {
      filter: groups?.filter ?? usual.groups.filter,
      attributes: { ...usual.groups.attributes, ...groups?.attributes },
    },
  };
}

async function declare(
  resource: LdapConfig,
  { transact }: Context,
  { settings, keyring }: { settings: LdapSettings; keyring: Keyring },
): Promise<void> {
  await transact(async (em) => {
    const stored = (await findSettings(em, 'ldap'))?.value.bind.password;
    const password = sealPassword(settings.bind.password, {
      keyring,
      place: LDAP_PASSWORD_PLACE,
      stored,
    });
    const sealed = { ...settings, bind: { ...settings.bind, password } };
    await declareSettings(em, 'ldap', sealed, ownerOf(resource));
  });
}
