import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

export interface CookieNames {
  session: string;
  browser: string;
  interaction: string;
  resume: string;
}

/** `__Host-` keeps other hosts and paths from planting our cookies; it needs TLS, which localhost lacks. */
export function cookieNames({ APP_URL }: Config): CookieNames {
  const [host, secure] = isSecure(APP_URL) ? ['__Host-', '__Secure-'] : ['', ''];
  return {
    session: `${host}permiso_session`,
    browser: `${host}permiso_browser`,
    // oidc-provider gives these a path of their own, which `__Host-` forbids.
    interaction: `${secure}permiso_interaction`,
    resume: `${secure}permiso_resume`,
  };
}

export function isSecure(appUrl: string): boolean {
  return appUrl.startsWith('https:');
}

export function setCookie(
  reply: FastifyReply,
  config: Config,
  cookie: { name: string; value: string; expires?: Date },
): void {
  reply.setCookie(cookie.name, cookie.value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(config.APP_URL),
    ...(cookie.expires && { expires: cookie.expires }),
  });
}

export function readCookie(request: FastifyRequest, name: string): string | null {
  return request.cookies[name] ?? null;
}
