import {
  checkSmtp,
  declareSettings,
  findSettings,
  type Keyring,
  releaseSettings,
  SMTP_PASSWORD_PLACE,
  type SmtpSettings,
} from '#core';
import { CheckCache, toReconciled } from '../connection/check-cache.ts';
import { assertHonoured } from '../connection/honoured-namespace.ts';
import { sealPassword } from '../connection/sealed-password.ts';
import { readCertificates, readPassword, secretInterests } from '../connection/secret-values.ts';

import { ownerOf } from '../crd/owner.ts';
import type { Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { SmtpConfigSpec } from './smtp-config.crd.ts';

type SmtpConfig = Resource<SmtpConfigSpec>;

export interface SmtpConfigOptions {
  keyring: Keyring;

  /** The operator's own namespace, the only one that is honoured; null without a cluster. */
  namespace: string | null;
}

const TLS = { StartTLS: 'starttls', TLS: 'tls', None: 'none' } as const;

export function smtpConfigReconciler(options: SmtpConfigOptions): Reconciler<SmtpConfigSpec> {
  const checks = new CheckCache();
  return {
    kind: 'SMTPConfig',

    async reconcile(resource, context) {
      assertHonoured(resource, options.namespace);
      const settings = await resolve(resource, context);
      await declare(resource, context, { settings, keyring: options.keyring });

      const verdict = await checks.check(resource, {
        now: context.now,
        facts: settings,
        dial: () => checkSmtp(settings),
      });
      return {
        ...toReconciled(verdict, `mail goes out through ${settings.host}:${settings.port}`),
        status: { lastCheckedAt: verdict.checkedAt },
      };
    },

    async cleanup(resource, { transact }) {
      checks.forget(resource);
      await transact((em) => releaseSettings(em, 'smtp', ownerOf(resource)));
    },

    interests: (resource) => [
      'settings/smtp',
      ...secretInterests(resource, [
        resource.spec.auth?.passwordSecretRef,
        resource.spec.tls.caSecretRef,
      ]),
    ],
  };
}

/** The settings that the resource and its Secrets say, with the password in plain. */
async function resolve(resource: SmtpConfig, context: Context): Promise<SmtpSettings> {
  const { host, port, tls, from, auth } = resource.spec;
  return {
    host,
    port,
    tls: TLS[tls.mode],
    ca: await readCertificates(resource, context, tls.caSecretRef),
    insecureSkipVerify: tls.insecureSkipVerify,
    from: { address: from.address, name: from.name ?? null },
    auth: auth
      ? {
          username: auth.username,
          password: await readPassword(resource, context, auth.passwordSecretRef),
        }
      : null,
  };
}

async function declare(
  resource: SmtpConfig,
  { transact }: Context,
  { settings, keyring }: { settings: SmtpSettings; keyring: Keyring },
): Promise<void> {
  await transact(async (em) => {
    const stored = (await findSettings(em, 'smtp'))?.value.auth?.password;
    const auth = settings.auth && {
      ...settings.auth,
      password: sealPassword(settings.auth.password, {
        keyring,
        place: SMTP_PASSWORD_PLACE,
        stored,
      }),
    };
    await declareSettings(em, 'smtp', { ...settings, auth }, ownerOf(resource));
  });
}
