import type { Owner, SmtpSettings } from '#core';
import { type Manifest, resourceOf } from './manifest.ts';
import { caSecret, DEFAULT, orNothing, passwordSecret } from './settings.manifest.ts';

const MODE = { starttls: undefined, tls: 'TLS', none: 'None' } as const;

/** The Secrets that the manifest below refers to. */
export function listSmtpSecrets({ auth, ca }: SmtpSettings) {
  return [auth ? passwordSecret('smtp') : undefined, ca ? caSecret('smtp') : undefined] as const;
}

/** The `SMTPConfig` that would declare the mail server as it is. */
export function toSmtpConfigManifest(settings: SmtpSettings, owner: Owner): Manifest {
  const { host, port, tls, insecureSkipVerify, from, auth } = settings;
  const [passwordSecretRef, caSecretRef] = listSmtpSecrets(settings);
  return {
    kind: 'SMTPConfig',
    metadata: resourceOf(owner) ?? DEFAULT,
    spec: {
      host,
      port,
      tls: orNothing({
        mode: MODE[tls],
        caSecretRef,
        insecureSkipVerify: insecureSkipVerify || undefined,
      }),
      from: { address: from.address, ...(from.name !== null && { name: from.name }) },
      auth: auth ? { username: auth.username, passwordSecretRef } : undefined,
    },
  };
}
