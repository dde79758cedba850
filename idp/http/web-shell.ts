import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const DIST = join(import.meta.dirname, '../web/dist');

export interface WebShell {
  /** The page of the web part; `facts` reach it in a meta element, because inline scripts are forbidden. */
  render(facts?: { name: string; content: unknown }): string;
}

/** Throws when the web part was not built yet, which is a mistake of whoever started us. */
export function loadWebShell(): WebShell {
  const path = join(DIST, 'index.html');
  if (!existsSync(path)) {
    throw new Error('The web pages are not built yet: run "npm run build" first');
  }
  const html = readFileSync(path, 'utf8');
  return {
    render: (facts) =>
      facts
        ? html.replace(
            '</head>',
            `<meta name="${facts.name}" content="${escapeAttribute(facts.content)}"></head>`,
          )
        : html,
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
  for (const page of ['/', '/setup', '/signup/:token', '/login', '/interaction/:uid']) {
    app.get(page, (_request, reply) => sendShell(reply, shell));
  }
}

export function sendShell(reply: FastifyReply, shell: WebShell) {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(shell.render());
}

function escapeAttribute(content: unknown): string {
  return JSON.stringify(content)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;');
}
