import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import type { ClientKey } from '#core';

export interface KeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: ClientKey;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<KeyPair> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid } as ClientKey };
}

/** Asks for something in the name of whomever the assertion stands for; a token, unless `params` say otherwise. */
export function present(
  app: FastifyInstance,
  assertion: string,
  params: Record<string, string> = {},
  url = '/oauth/token',
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...params,
    }).toString(),
  });
}
