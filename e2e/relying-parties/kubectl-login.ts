import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';

/**
 * What kubectl runs to get a person's token (client.authentication.k8s.io): a public client that waits on the
 * loopback address for the browser to come back, by openid-client and nothing of ours.
 */
const { ISSUER = '', CLIENT_ID = '' } = process.env;

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.None());
const server = createServer();
await once(server.listen(0, '127.0.0.1'), 'listening');
const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/callback`;

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: 'openid profile groups',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
});
console.error(`Open ${url.href}`);

const [request, response] = await once(server, 'request');
const answer = new URL(request.url ?? '', redirectUri);
const tokens = await client.authorizationCodeGrant(config, answer, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
response.end('You are signed in to Kubernetes; this window may be closed.');
server.close();

console.log(
  JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: {
      token: tokens.id_token,
      expirationTimestamp: new Date((tokens.claims()?.exp ?? 0) * 1000).toISOString(),
    },
  }),
);
