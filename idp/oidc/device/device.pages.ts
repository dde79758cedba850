import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { type OidcPages, render } from '../oidc.pages.ts';
import type { DeviceOutcome } from './device.schemas.ts';

export function renderDeviceDone(ctx: KoaContextWithOIDC, pages: OidcPages): void {
  renderOutcome(ctx, pages, {
    outcome: 'approved',
    application: ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId ?? '',
  });
}

interface Refused {
  out?: ErrorOut | undefined;
  error?: Error | undefined;
}

export function renderDeviceRefused(
  ctx: KoaContextWithOIDC,
  pages: OidcPages,
  { out, error }: Refused,
): void {
  // The library means to show a form, and has put the form's secret into the session.
  if (ctx.oidc.session) {
    ctx.oidc.session.state = undefined;
  }
  if (error?.name === 'AbortedError') {
    renderOutcome(ctx, pages, { outcome: 'denied' });
    return;
  }
  const [status, code, title] = PROBLEMS[error?.name ?? ''] ?? [
    400,
    out?.error ?? 'invalid_request',
    out?.error_description ?? 'This device cannot be let in',
  ];
  ctx.status = status;
  renderOutcome(ctx, pages, { outcome: 'stopped', problem: { status, code, title } });
}

const PROBLEMS: Record<string, [status: number, code: string, title: string]> = {
  NotFoundError: [404, 'user_code_unknown', 'No device is waiting with this code'],
  ExpiredError: [410, 'user_code_expired', 'This code has expired'],
  AlreadyUsedError: [409, 'user_code_used', 'This code was already used'],
  SessionNotFound: [404, 'interaction_expired', 'This sign-in has expired or was already finished'],
  InvalidClient: [400, 'unknown_client', 'The application of this device is not known here'],
};

function renderOutcome(ctx: KoaContextWithOIDC, pages: OidcPages, content: DeviceOutcome): void {
  ctx.type = 'html';
  ctx.body = render(ctx, pages, { name: 'device', content });
}
