import type { Provider } from 'oidc-provider';
import { isDatabaseAway } from '#core';
import { DATABASE_UNAVAILABLE, RETRY_AFTER_SECONDS } from '../http/problem.ts';
import type { OidcPages } from './oidc.pages.ts';

/** oidc-provider calls everything it did not expect a server error; a database that is away is told as such. */
export function tellOutages(provider: Provider, pages: OidcPages): Provider {
  const struck = new WeakSet<object>();
  provider.on('server_error', (ctx, error) => {
    if (isDatabaseAway(error)) {
      struck.add(ctx);
    }
  });
  provider.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!isDatabaseAway(error)) {
        throw error;
      }
      struck.add(ctx);
    }
    if (struck.has(ctx)) {
      answerOutage(ctx, pages);
    }
  });
  return provider;
}

type Context = Parameters<Parameters<Provider['use']>[0]>[0];

/** Also instead of a redirect: the application could do nothing about it, and the browser may simply ask again. */
function answerOutage(ctx: Context, pages: OidcPages): void {
  ctx.remove('location');
  ctx.set('retry-after', String(RETRY_AFTER_SECONDS));
  ctx.set('cache-control', 'no-store');
  if (ctx.method === 'GET' && ctx.accepts('json', 'html') === 'html') {
    ctx.type = 'html';
    ctx.body = pages.render({
      cookie: ctx.headers.cookie,
      facts: { name: 'refusal', content: DATABASE_UNAVAILABLE },
    });
  } else {
    ctx.type = 'application/problem+json';
    // The words of RFC 6749 too, because OAuth libraries look for no others.
    ctx.body = JSON.stringify({ ...DATABASE_UNAVAILABLE, error: 'temporarily_unavailable' });
  }
  ctx.status = 503;
}
