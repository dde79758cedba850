import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

import { allowFormPost } from '../http/security.ts';
import type { RefusalFacts } from './refusal.schemas.ts';

interface Facts {
  name: 'refusal' | 'sign-out' | 'signed-out' | 'device';
  content: unknown;
}

/** What the OIDC layer needs of the web part: the shell with facts in it. */
export interface OidcPages {
  render(page: { cookie: string | undefined; facts: Facts }): string;
}

interface Refused {
  out: ErrorOut;
  error: Error;
}

/** Our own page for what cannot be told to the application: unknown client, foreign redirect URI, stale request. */
export function renderRefusal(ctx: KoaContextWithOIDC, pages: OidcPages, refused: Refused): void {
  ctx.type = 'html';
  ctx.body = render(ctx, pages, { name: 'refusal', content: toFacts(ctx, refused) });
}

function toFacts(ctx: KoaContextWithOIDC, { out, error }: Refused): RefusalFacts {
  const sent = String(ctx.oidc.params?.redirect_uri ?? ctx.query.redirect_uri ?? '');
  const { code, title, mend } = explain(sent, out, error);
  const problem = { status: ctx.status, code, title, mend };
  const clientId = ctx.oidc.client?.clientId;
  return error.name === 'InvalidRedirectUri' && clientId
    ? { ...problem, mismatch: { clientId, sent } }
    : problem;
}

function explain(sent: string, out: ErrorOut, error: Error) {
  switch (error.name) {
    case 'InvalidRedirectUri':
      return {
        code: 'redirect_uri_mismatch',
        title: `The application asked to be answered at ${sent || 'an address it did not name'}, which is not registered for it`,
        mend: 'The address must be among the callback URLs of the application, letter for letter: scheme, host, port, path and trailing slash.',
      };
    case 'InvalidClient':
      return {
        code: 'unknown_client',
        title: 'The application that sent you here is not known to this identity provider',
        mend: 'Check the client id in the settings of the application, and that its OIDCClient is Ready.',
      };
    case 'SessionNotFound':
      return {
        code: 'interaction_expired',
        title: 'This sign-in has expired or was already finished',
        mend: 'Go back to the application and sign in again.',
      };
    default:
      return {
        code: out.error,
        title: `The application sent a request that cannot be answered: ${out.error_description ?? out.error}`,
        mend: 'Go back to the application and try again. If it happens each time, its settings need a look.',
      };
  }
}

/** RP-initiated sign-out asks first: a link on another site must not sign people out. */
export function renderSignOut(ctx: KoaContextWithOIDC, pages: OidcPages): void {
  const { session, client } = ctx.oidc;
  const state = session?.state as { secret?: string } | undefined;
  ctx.set('content-security-policy', allowFormPost(ctx.response.get('content-security-policy')));
  ctx.type = 'html';
  ctx.body = render(ctx, pages, {
    name: 'sign-out',
    content: {
      action: '/oauth/logout/confirm',
      xsrf: state?.secret,
      application: client?.clientName ?? null,
    },
  });
}

export function renderSignedOut(ctx: KoaContextWithOIDC, pages: OidcPages): void {
  ctx.type = 'html';
  ctx.body = render(ctx, pages, { name: 'signed-out', content: {} });
}

export function render(ctx: KoaContextWithOIDC, pages: OidcPages, facts: Facts): string {
  return pages.render({ cookie: ctx.headers.cookie, facts });
}
