import {
  addClientSecret,
  type ClientDeclaration,
  declareClient,
  type EntityManager,
  hasClientSecret,
  keepOnlyClientSecret,
  kubernetesOwner,
  listUnknownGroups,
  retireClient,
} from '#core';
import { toSeconds } from '../crd/duration.ts';
import type { Aspect, Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';

type OidcClient = Resource<OidcClientSpec>;

/** The reconciler for an issuer: what applications are told to trust. */
export function oidcClientReconciler(issuer: string): Reconciler<OidcClientSpec> {
  return {
    kind: 'OIDCClient',

    async reconcile(resource, context) {
      const { uid } = resource.metadata;
      const declaration = toDeclaration(resource);
      const { client } = await declareClient(context.em, declaration, ownerOf(resource), uid);
      if (client.type === 'confidential') {
        await ensureCredentials(resource, context, { clientId: client.id, issuer });
      }
      return {
        message: `client "${client.id}" is registered`,
        status: { clientID: client.id, issuer },
        aspects: await listAspects(context.em, declaration),
      };
    },

    async cleanup(resource, { em, credentials }) {
      await retireClient(em, clientIdOf(resource), ownerOf(resource));
      await credentials.remove(targetOf(resource));
    },

    interests: (resource) => [
      `clients/${clientIdOf(resource)}`,
      ...(resource.spec.access?.groups ?? []).map((name) => `groups/${name}`),
    ],
  };
}

function toDeclaration(resource: OidcClient): ClientDeclaration {
  const { spec, metadata } = resource;
  return {
    id: clientIdOf(resource),
    name: spec.displayName ?? metadata.name,
    type: spec.type === 'Public' ? 'public' : 'confidential',
    callbackUrls: spec.callbackURLs ?? [],
    logoutCallbackUrls: spec.logoutCallbackURLs ?? [],
    backchannelLogoutUrl: spec.backchannelLogoutURL ?? null,
    launchUrl: spec.launchURL ?? null,
    logoUrl: spec.logoURL ?? null,
    grantTypes: spec.grantTypes,
    pkceRequired: spec.pkce === 'Required',
    requireReauthentication: spec.requireReauthentication,
    requirePushedAuthorizationRequests: spec.requirePushedAuthorizationRequests,
    skipConsent: spec.skipConsent,
    // OpenID Connect Core §15.1: the one algorithm every relying party has.
    idTokenSigningAlg: spec.idTokenSigningAlg ?? 'RS256',
    ...toLifetimes(spec),
    accessMode: ACCESS_MODE[spec.access.mode],
    accessGroups: spec.access.groups ?? [],
    federatedCredentials: spec.federatedCredentials ?? [],
  };
}

const ACCESS_MODE = { Everyone: 'everyone', Groups: 'groups', Nobody: 'nobody' } as const;

function toLifetimes({ tokenLifetimes }: OidcClientSpec) {
  const { accessToken, idToken, refreshToken } = tokenLifetimes ?? {};
  return {
    accessTokenLifetime: accessToken ? toSeconds(accessToken) : null,
    idTokenLifetime: idToken ? toSeconds(idToken) : null,
    refreshTokenLifetime: refreshToken ? toSeconds(refreshToken) : null,
  };
}

/** The secret that was handed over is kept as long as it works; a lost or foreign one is replaced. */
async function ensureCredentials(
  resource: OidcClient,
  { em, credentials }: Context,
  { clientId, issuer }: { clientId: string; issuer: string },
): Promise<void> {
  const target = targetOf(resource);
  const handedOver = await credentials.read(target);
  const known = handedOver?.OIDC_CLIENT_SECRET;
  if (known && (await hasClientSecret(em, clientId, known))) {
    return;
  }
  // The order survives being killed at any point: an unknown secret in the registry is removed the next time.
  const made = await addClientSecret(em, clientId);
  await credentials.write(target, {
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: made.value,
    OIDC_ISSUER_URL: issuer,
  });
  await keepOnlyClientSecret(em, clientId, made.id);
}

async function listAspects(
  em: EntityManager,
  { accessGroups }: ClientDeclaration,
): Promise<Aspect[]> {
  const unknown = await listUnknownGroups(em, accessGroups);
  return unknown.length === 0
    ? [
        {
          type: 'GroupsResolved',
          status: 'True',
          reason: 'Resolved',
          message: 'every group exists',
        },
      ]
    : [
        {
          type: 'GroupsResolved',
          status: 'False',
          reason: 'GroupNotFound',
          message: `waiting for ${unknown.map((name) => `group "${name}"`).join(', ')}; until then nobody gets in by it`,
        },
      ];
}

/** Two teams may both name a client "grafana", so the namespace is part of the id unless the author chose one. */
function clientIdOf({ metadata, spec }: OidcClient): string {
  return spec.clientID ?? `${metadata.namespace}.${metadata.name}`;
}

function ownerOf({ kind, metadata }: OidcClient) {
  return kubernetesOwner(kind, metadata.namespace, metadata.name);
}

function targetOf({ metadata: { namespace, name } }: OidcClient) {
  return { namespace, name };
}
