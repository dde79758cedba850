import { API_VERSION } from '../crd/custom-resource.ts';

/** An honest client; tests override what they are about. */
export function oidcClient(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'OIDCClient',
    metadata: { name, ...metadata },
    spec: { callbackURLs: [`https://${name}.example.com/callback`], ...spec },
  };
}

export function group(name: string, spec: object = {}) {
  return { apiVersion: API_VERSION, kind: 'Group', metadata: { name }, spec };
}

export function secret(name: string, values: Record<string, string>, labels: object = {}) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, stringData: values };
}
