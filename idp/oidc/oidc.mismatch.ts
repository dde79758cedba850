import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Database, isDatabaseAway, recordRedirectMismatch } from '#core';
import type { Services } from '../http/services.ts';
import { currentOrigin } from './request-origins.ts';

/** A callback that is not registered is a mistake in somebody's settings, or an attempt on a code. */
export async function noteMismatch(
  database: Database,
  { oidc, query }: KoaContextWithOIDC,
): Promise<void> {
  try {
    await recordRedirectMismatch(database.em.fork(), {
      clientId: String(oidc.params?.client_id ?? ''),
      sent: String(oidc.params?.redirect_uri ?? query.redirect_uri ?? ''),
      origin: currentOrigin(),
    });
  } catch (error) {
    // The person still gets the page that says what is wrong.
    if (!isDatabaseAway(error)) {
      throw error;
    }
  }
}

/** A pushed request (RFC 9126) is refused to the application alone, without a page. */
export function noteMismatchesOfPushedRequests(
  provider: Provider,
  { database, log }: Services,
): void {
  provider.on('pushed_authorization_request.error', (ctx, error) => {
    if (error.name === 'InvalidRedirectUri') {
      noteMismatch(database, ctx).catch((err) => log.error({ err }, 'mismatch was not recorded'));
    }
  });
}
