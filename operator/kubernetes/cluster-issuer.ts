import type { ClusterIssuer, IssuerKeys } from '../oidc-client/issuer-keys.ts';
import type { KubernetesApi } from '../runtime/kubernetes-api.ts';

/** One look serves all resources that are reconciled together. */
const FRESH_MS = 10_000;

/**
 * Who issues the tokens of the cluster's service accounts, with which keys. Every service account may read it
 * (ClusterRole system:service-account-issuer-discovery).
 */
export function createClusterIssuer(api: KubernetesApi): ClusterIssuer {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<IssuerKeys>;

  const read = async (): Promise<IssuerKeys> => {
    const [{ issuer }, { keys }] = await Promise.all([
      api.send<IssuerKeys>({ path: '/.well-known/openid-configuration' }),
      api.send<IssuerKeys>({ path: '/openid/v1/jwks' }),
    ]);
    return { issuer, keys };
  };

  return {
    async read() {
      if (Date.now() - readAt >= FRESH_MS) {
        readAt = Date.now();
        reading = read();
      }
      try {
        return await reading;
      } catch (error) {
        readAt = Number.NEGATIVE_INFINITY;
        throw error;
      }
    },
  };
}
