import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Database } from '#core';
import type { ClientExtras } from '../client/client-metadata.ts';
import { deviceConfirmation } from '../device/device.flow.ts';
import { recordRefusedAuthorisation } from '../oidc.audit.ts';
import { refusalOf } from '../oidc.claims.ts';

const { base, Check, Prompt } = interactionPolicy;

/** What an authorization request may need the person for, in this order: sign in, be allowed, know the device, agree. */
export function createPolicy(database: Database) {
  const policy = base();
  policy.get('login')?.checks.add(reauthentication);
  // Consent is remembered for native clients too: a stolen loopback redirect still lacks the PKCE verifier.
  policy.get('consent')?.checks.remove('native_client_prompt');
  policy.add(new Prompt({ name: 'access', requestable: false }, access(database)), 1);
  policy.add(new Prompt({ name: 'device', requestable: false }, deviceConfirmation), 2);
  return policy;
}

const reauthentication = new Check(
  'reauthentication',
  'this application asks for a passkey each time',
  'login_required',
  ({ oidc }: KoaContextWithOIDC) =>
    (oidc.client as Partial<ClientExtras> | undefined)?.require_reauthentication === true &&
    !oidc.result?.login,
);

function access(database: Database) {
  return new Check(
    'refused',
    'this account may not use this application',
    'access_denied',
    ({ oidc }: KoaContextWithOIDC) => refusalOf(oidc.account) !== undefined,
    async ({ oidc }: KoaContextWithOIDC) => {
      const refusal = refusalOf(oidc.account);
      await recordRefusedAuthorisation(database, oidc);
      return { refusal: { status: 403, code: refusal?.code, title: refusal?.message } };
    },
  );
}
