import { recordIssuerKeys } from '#core';
import type { Aspect, Context } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

export interface IssuerKeys {
  issuer: string;
  keys: Record<string, unknown>[];
}

/** The cluster's own issuer, which answers nobody but the cluster's own. */
export interface ClusterIssuer {
  read(): Promise<IssuerKeys>;
}

const RETRY_MS = 60_000;

/** Brings the keys of the cluster's own issuer to the IdP, and says nothing of those that the IdP asks for itself. */
export async function bringIssuerKeys(
  { spec }: Resource<OidcClientSpec>,
  { transact, now }: Context,
  clusterIssuer: ClusterIssuer | null,
): Promise<{ aspects: Aspect[]; nextRun?: Date }> {
  const named = (spec.federatedCredentials ?? []).map(({ issuer }) => issuer);
  if (!clusterIssuer || named.length === 0) {
    return { aspects: [] };
  }
  const found = await clusterIssuer.read().catch((error: Error) => error);
  if (found instanceof Error) {
    const nextRun = new Date(now.getTime() + RETRY_MS);
    return { aspects: [unreachable(found)], nextRun };
  }
  const { issuer, keys } = found;
  if (!named.includes(issuer)) {
    return { aspects: [] };
  }
  await transact((em) => recordIssuerKeys(em, issuer, keys));
  return { aspects: [MIRRORED] };
}

const MIRRORED: Aspect = {
  type: 'IssuerKeysKnown',
  status: 'True',
  reason: 'Mirrored',
  message: "the keys of this cluster's issuer are known, so that its tokens are accepted",
};

function unreachable({ message: why }: Error): Aspect {
  const message = `the API server does not tell the keys of its issuer, without which its tokens are refused: ${why.slice(0, 200)}`;
  return { type: 'IssuerKeysKnown', status: 'Unknown', reason: 'IssuerUnreachable', message };
}
