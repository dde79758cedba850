import { once } from 'node:events';
import * as openid from 'openid-client';
import { FLOWS, type Means } from './flows.ts';
import type { Failure, FromApplication, Landing, ToApplication } from './messages.ts';

const tell = (message: FromApplication) => process.send?.(message);

async function hear(): Promise<ToApplication> {
  const [message] = (await once(process, 'message')) as [ToApplication];
  return message;
}

/** Sends the person's browser there, and says where it ended. */
async function visit(url: URL): Promise<Landing> {
  const answer = hear();
  tell({ visit: url.href });
  const message = await answer;
  if (!('landing' in message)) {
    throw new Error('a landing was expected');
  }
  return message.landing;
}

function toFailure(error: unknown): Failure {
  const { name, message, cause } = error as Error;
  const told =
    error instanceof openid.AuthorizationResponseError || error instanceof openid.ResponseBodyError;
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  return { name, message: why, error: told ? error.error : undefined };
}

process.on('message', (message: ToApplication) => {
  if ('task' in message) {
    const { issuer, client, flow, params = {}, options = {} } = message.task;
    const means: Means = { issuer: new URL(issuer), client, params, options, visit };
    const work = FLOWS[flow] ?? (() => Promise.reject(new Error(`no flow ${flow}`)));
    work(means).then(
      (facts) => tell({ facts }),
      (error) => tell({ failure: toFailure(error) }),
    );
  }
});
tell({ ready: true });
