import {
  AdoptionDiffers,
  type Client,
  declareClient,
  type EntityManager,
  findRedirectMismatch,
  type KnownSecret,
  listClientSecrets,
  listUnknownGroups,
  releaseClient,
  retireClient,
} from '#core';
import { toAdoption, toAdoptionDiff } from '../crd/adoption.ts';
import { ownerOf } from '../crd/owner.ts';
import { NotReady } from '../runtime/not-ready.ts';
import type { Aspect, Context, Reconciler } from '../runtime/reconciler.ts';
import type { Resource } from '../runtime/resource.ts';
import { type CredentialState, credentialsOf, settleCredentials } from './client-credentials.ts';
import { bringIssuerKeys, type ClusterIssuer } from './issuer-keys.ts';
import type { OidcClientSpec } from './oidc-client.crd.ts';
import { clientIdOf, toDeclaration } from './oidc-client.declaration.ts';
import { judgeRedirects } from './redirects-matched.ts';
import { hasSecret, withdrawCredentials } from './without-secret.ts';

type OidcClient = Resource<OidcClientSpec>;

const RETRY_MS = 60_000;

/** The reconciler for an issuer: what applications are told to trust. */
export function oidcClientReconciler(
  issuer: string,
  clusterIssuer: ClusterIssuer | null,
): Reconciler<OidcClientSpec> {
  return {
    kind: 'OIDCClient',

    async reconcile(resource, context) {
      const declared = await declare(resource, context);
      if (!('client' in declared)) {
        return declared;
      }
      const { client, living, groups, mismatch } = declared;
      const credentials = await tryCredentials(resource, context, { client, living, issuer });
      const redirects = judgeRedirects(client.callbackUrls, mismatch, context.now);
      const issuers = await bringIssuerKeys(resource, context, clusterIssuer);
      const nextRun = earliest(credentials.nextRun, redirects.nextRun, issuers.nextRun);
      const isReady = credentials.aspect?.status !== 'False';
      return {
        message: isReady
          ? `client "${client.id}" is registered`
          : (credentials.aspect?.message ?? ''),
        ...(!isReady && { reason: credentials.aspect?.reason ?? '' }),
        status: {
          clientID: client.id,
          issuer,
          ...(credentials.status && { credentials: credentials.status }),
        },
        aspects: [
          ...(credentials.aspect ? [credentials.aspect] : []),
          groups,
          redirects.aspect,
          ...issuers.aspects,
        ],
        notes: [...(credentials.notes ?? []), ...redirects.notes],
        ...(nextRun && { nextRun }),
      };
    },

    async cleanup(resource, { transact, credentials }) {
      const keep = resource.spec.deletionPolicy === 'Orphan';
      const end = keep ? releaseClient : retireClient;
      await transact((em) => end(em, clientIdOf(resource), ownerOf(resource)));
      await credentials.remove(credentialsOf(resource), { keep });
    },

    interests: (resource) => [
      `clients/${clientIdOf(resource)}`,
      `redirect_mismatches/${clientIdOf(resource)}`,
      ...(resource.spec.access.groups ?? []).map((name) => `groups/${name}`),
      ...secretsOf(resource).map((name) => `secrets/${resource.metadata.namespace}/${name}`),
    ],
  };
}

async function declare(resource: OidcClient, { transact }: Context) {
  const declaration = toDeclaration(resource);
  const options = { uid: resource.metadata.uid, adoption: toAdoption(resource.spec.adoption) };
  try {
    return await transact(async (em) => {
      const { client } = await declareClient(em, declaration, ownerOf(resource), options);
      const living = await listClientSecrets(em, client.id);
      const mismatch = await findRedirectMismatch(em, client.id);
      const groups = await judgeGroups(em, declaration.accessGroups);
      return { client, living, mismatch, groups };
    });
  } catch (error) {
    if (error instanceof AdoptionDiffers) {
      const status = { clientID: declaration.id, adoptionDiff: toAdoptionDiff(error.differences) };
      return { reason: 'AdoptionDiff', message: error.message, status };
    }
    throw error;
  }
}

/** A public client has none; for the others what is missing is told beside what works already. */
async function tryCredentials(
  resource: OidcClient,
  context: Context,
  { client, living, issuer }: { client: Client; living: KnownSecret[]; issuer: string },
): Promise<Partial<CredentialState>> {
  if (client.type === 'public') {
    return {};
  }
  if (!hasSecret(resource)) {
    return withdrawCredentials(resource, context, { clientId: client.id, living });
  }
  try {
    const facts = {
      clientID: client.id,
      issuerURL: issuer,
      callbackURLs: client.callbackUrls,
      logoutCallbackURLs: client.logoutCallbackUrls,
    };
    return await settleCredentials(resource, context, { facts, living });
  } catch (error) {
    if (error instanceof NotReady) {
      const { reason, message } = error;
      const aspect = { type: 'CredentialsReady', status: 'False', reason, message } as const;
      // Secrets of others are not watched, so nobody would tell that this one has gone.
      return { aspect, nextRun: new Date(context.now.getTime() + RETRY_MS) };
    }
    throw error;
  }
}

async function judgeGroups(em: EntityManager, names: string[]): Promise<Aspect> {
  const unknown = await listUnknownGroups(em, names);
  const type = 'GroupsResolved';
  if (unknown.length === 0) {
    return { type, status: 'True', reason: 'Resolved', message: 'every group exists' };
  }
  const awaited = unknown.map((name) => `group "${name}"`).join(', ');
  const message = `waiting for ${awaited}; until then nobody gets in by it`;
  return { type, status: 'False', reason: 'GroupNotFound', message };
}

function earliest(...times: (Date | undefined)[]): Date | undefined {
  return times
    .filter((time) => time !== undefined)
    .toSorted((one, other) => one.getTime() - other.getTime())[0];
}

function secretsOf(resource: OidcClient): string[] {
  const given = resource.spec.credentials?.secretRef?.name;
  return [
    ...(hasSecret(resource) ? [credentialsOf(resource).name] : []),
    ...(given ? [given] : []),
  ];
}
