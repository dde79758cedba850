import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Interaction } from 'oidc-provider';
import { Refusal, recordAudit, recordConsent } from '#core';
import type { Problem } from '../../http/problem.schemas.ts';
import { findSignedIn, originOf, requireSignedIn, toPerson } from '../../http/session.ts';
import type { ClientExtras } from '../client/client-metadata.ts';
import { deviceResultOf } from '../device/device.flow.ts';
import { deviceRoutes } from '../device/device.routes.ts';
import { formatUserCode } from '../device/device.service.ts';
import { authenticationMethods } from '../oidc.adapter.ts';
import {
  type InteractionParams,
  type InteractionView,
  type Redirect,
  stepSchema,
  viewSchema,
} from './interaction.schemas.ts';
import {
  assertFresh,
  assertSamePerson,
  finishInteraction,
  getInteraction,
  type OidcServices,
} from './interaction.service.ts';

type StepRequest = FastifyRequest<{ Params: InteractionParams }>;

/** The steps of an authorization request that need the person. */
export const interactionRoutes: FastifyPluginAsyncTypebox<OidcServices> = async (app, oidc) => {
  app.get('/interaction/:uid/details', viewSchema, (request) => describe(request, oidc));
  app.post('/interaction/:uid/login', stepSchema, (request) => login(request, oidc));
  app.post('/interaction/:uid/consent', stepSchema, (request) => consent(request, oidc));
  app.post('/interaction/:uid/abort', stepSchema, (request) => abort(request, oidc));
  await app.register(deviceRoutes, oidc);
};

async function describe(request: StepRequest, oidc: OidcServices): Promise<InteractionView> {
  const { params, prompt, lastSubmission } = await getInteraction(request, oidc);
  const client = await oidc.provider.Client.find(String(params.client_id));
  if (!client) {
    throw new Refusal('not_found', 'This application no longer exists');
  }
  const signedIn = await findSignedIn(request, oidc.services);
  const device = deviceResultOf(lastSubmission);
  return {
    prompt: prompt.name as InteractionView['prompt'],
    client: {
      id: client.clientId,
      name: client.clientName ?? client.clientId,
      launchUrl: (client as Partial<ClientExtras>).launch_uri ?? null,
      logoUrl: client.logoUri ?? null,
    },
    user: signedIn && toPerson(signedIn.user),
    scopes: missingScopes(prompt),
    refusal: (prompt.details.refusal as Problem | undefined) ?? null,
    userCode: device ? formatUserCode(device.userCode) : null,
  };
}

async function login(request: StepRequest, oidc: OidcServices): Promise<Redirect> {
  const interaction = await getInteraction(request, oidc, 'login');
  const { session } = await requireSignedIn(request, oidc.services);
  assertFresh(interaction, session);
  // The person may have changed in this browser: from here on the request belongs to who signed in now.
  const cookie = interaction.session?.cookie ?? '';
  interaction.session = { accountId: session.userId, uid: session.id, cookie };
  return finishInteraction(interaction, {
    login: {
      accountId: session.userId,
      ts: Math.floor(session.authenticatedAt.getTime() / 1000),
      ...authenticationMethods(session.method),
    },
  });
}

async function consent(request: StepRequest, oidc: OidcServices): Promise<Redirect> {
  const interaction = await getInteraction(request, oidc, 'consent');
  const { user } = await requireSignedIn(request, oidc.services);
  assertSamePerson(interaction, user.id);
  const clientId = String(interaction.params.client_id);
  const scopes = missingScopes(interaction.prompt);
  await recordConsent(request.em, user.id, { clientId, scopes });
  await recordAudit(request.em, {
    event: 'consent_given',
    actor: `user:${user.id}`,
    userId: user.id,
    target: `client:${clientId}`,
    origin: originOf(request),
    details: { scopes },
  });
  return finishInteraction(interaction, { consent: {} });
}

/** Sends the application `access_denied`: the person said no, or we did. */
async function abort(request: StepRequest, oidc: OidcServices): Promise<Redirect> {
  const interaction = await getInteraction(request, oidc);
  const { prompt, deviceCode } = interaction;
  const isRefused = prompt.name === 'access';
  if (deviceCode) {
    await recordDenial(request, interaction);
  }
  return finishInteraction(interaction, {
    error: 'access_denied',
    error_description: isRefused
      ? 'this account may not use this application'
      : 'the person declined',
  });
}

async function recordDenial(
  request: StepRequest,
  { session, params, prompt }: Interaction,
): Promise<void> {
  const userId = session?.accountId;
  const code = (prompt.details.refusal as Problem | undefined)?.code;
  await recordAudit(request.em, {
    event: 'device_code_denied',
    actor: userId ? `user:${userId}` : 'nobody',
    ...(userId && { userId }),
    target: `client:${params.client_id}`,
    origin: originOf(request),
    details: code ? { code } : {},
  });
}

function missingScopes({ details }: Interaction['prompt']): string[] {
  return (details.missingOIDCScope as string[] | undefined) ?? [];
}
