import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';

/** An application as a customer would write it: openid-client, one page, and nothing of ours. */

const { ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const { HOST = '127.0.0.1', PORT = '' } = process.env;
const { REDIRECT_URI: redirectUri = `http://localhost:${PORT}/callback` } = process.env;
const pending = new Map<string, string>();

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  // Only because the test has no TLS.
  execute: [client.allowInsecureRequests],
});

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const { error: code, message, cause } = error as Error & { error?: string };
    send(response, { error: code ?? message, cause: String(cause ?? '') });
  });
}).listen(Number(PORT), HOST, () => console.log('application is listening'));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', redirectUri);
  if (url.pathname === '/') {
    response.writeHead(302, { location: (await begin()).href }).end();
  } else if (url.pathname === '/callback') {
    send(response, await finish(url));
  } else {
    response.writeHead(404).end();
  }
}

async function begin(): Promise<URL> {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  pending.set(state, verifier);
  return client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
}

async function finish(url: URL): Promise<object> {
  const expectedState = url.searchParams.get('state') ?? '';
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: pending.get(expectedState) ?? '',
    expectedState,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
  return { claims, userinfo };
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
