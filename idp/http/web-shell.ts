import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const PAGES = [
  '/',
  '/setup',
  '/signup',
  '/signup/:token',
  '/login',
  '/login-link/:token',
  '/confirm-email/:token',
  '/interaction/:uid',
  '/device',
  '/settings/*',
  '/api/docs',
];

const DIST = join(import.meta.dirname, '../web/dist');

export interface WebShell {
  /** The page of the web part. Facts reach it in a meta element, because inline scripts are forbidden. */
  render(page: { cookie: string | undefined; facts?: { name: string; content: unknown } }): string;
}

/** Throws when the web part was not built yet, which is a mistake of whoever started us. */
export function loadWebShell(): WebShell {
  const path = join(DIST, 'index.html');
  if (!existsSync(path)) {
    throw new Error('The web pages are not built yet: run "npm run build" first');
  }
  const html = readFileSync(path, 'utf8');
  return {
    render({ cookie = '', facts }) {
      const theme = /(?:^|; )permiso_theme=(light|dark)(?:;|$)/.exec(cookie)?.[1];
      const language = /(?:^|; )permiso_language=([a-z]{2})(?:;|$)/.exec(cookie)?.[1];
      const attributes = [
        ...(theme ? [` data-theme="${theme}"`] : []),
        ...(language ? [` lang="${language}"`] : []),
      ];
      const painted = html.replace('<html', `<html${attributes.join('')}`);
      const meta =
        facts && `<meta name="${facts.name}" content="${escapeAttribute(facts.content)}">`;
      return meta ? painted.replace('</head>', () => `${meta}</head>`) : painted;
    },
  };
}

/** Serves the assets (their names change with their content) and the shell for every page of the web part. */
export async function webPages(
  app: FastifyInstance,
  { shell }: { shell: WebShell },
): Promise<void> {
  await app.register(fastifyStatic, {
    root: DIST,
    index: false,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const lasting = path.includes('/assets/');
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const page of PAGES) {
    app.get(page, (request, reply) => sendShell(request, reply, shell));
  }
}

export function sendShell(
  request: FastifyRequest,
  reply: FastifyReply,
  shell: WebShell,
): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(shell.render({ cookie: request.headers.cookie }));
}

function escapeAttribute(content: unknown): string {
  return JSON.stringify(content)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;');
}
