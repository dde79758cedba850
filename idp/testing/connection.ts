import { Agent, fetch, getSetCookies } from 'undici';
import type { Door } from './browser.ts';

export interface Connection extends Door {
  close(): Promise<void>;
}

/** The door of a server that is another process: what tests do by injection goes over a socket here. */
export function connect(url: string, socketPath?: string): Connection {
  const dispatcher = new Agent({
    keepAliveTimeout: 60_000,
    ...(socketPath && { connect: { socketPath } }),
  });
  return {
    async inject({ method = 'GET', url: path, headers = {}, payload }) {
      const isForm = typeof payload === 'string';
      const response = await fetch(new URL(String(path), url), {
        method,
        headers: {
          ...(payload !== undefined && !isForm && { 'content-type': 'application/json' }),
          ...(headers as Record<string, string>),
        },
        ...(payload !== undefined && { body: isForm ? payload : JSON.stringify(payload) }),
        redirect: 'manual',
        dispatcher,
      });
      const body = await response.text();
      return {
        statusCode: response.status,
        headers: Object.fromEntries(response.headers),
        cookies: getSetCookies(response.headers) as Awaited<ReturnType<Door['inject']>>['cookies'],
        body,
        json: () => JSON.parse(body),
      };
    },
    close: () => dispatcher.close(),
  };
}
