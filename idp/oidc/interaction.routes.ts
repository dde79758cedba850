import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Interaction } from 'oidc-provider';
import { Type } from 'typebox';
import { getClient, recordAudit, recordConsent } from '#core';
import type { Problem } from '../http/problem.schemas.ts';
import { findSignedIn, originOf, requireSignedIn, toPerson } from '../http/session.ts';
import { InteractionView, Redirect } from './interaction.schemas.ts';
import {
  assertFresh,
  assertSamePerson,
  finishInteraction,
  getInteraction,
  type OidcServices,
} from './interaction.service.ts';
import { authenticationMethods } from './oidc.adapter.ts';

const ByUid = Type.Object({ uid: Type.String({ maxLength: 64 }) });
const step = { schema: { params: ByUid, response: { 200: Redirect } } };

type StepRequest = FastifyRequest<{ Params: { uid: string } }>;

/** The steps of an authorization request that need the person. */
export const interactionRoutes: FastifyPluginAsyncTypebox<OidcServices> = async (app, oidc) => {
  app.get(
    '/interaction/:uid/details',
    { schema: { params: ByUid, response: { 200: InteractionView } } },
    (request) => describe(request, oidc),
  );
  app.post('/interaction/:uid/login', step, (request) => login(request, oidc));
  app.post('/interaction/:uid/consent', step, (request) => consent(request, oidc));
  app.post('/interaction/:uid/abort', step, (request) => abort(request, oidc));
};

async function describe(request: StepRequest, oidc: OidcServices): Promise<InteractionView> {
  const { params, prompt } = await getInteraction(request, oidc);
  const client = await getClient(request.em, String(params.client_id));
  const signedIn = await findSignedIn(request, oidc.services);
  return {
    prompt: prompt.name as InteractionView['prompt'],
    client: {
      id: client.id,
      name: client.name,
      launchUrl: client.launchUrl ?? null,
      logoUrl: client.logoUrl ?? null,
    },
    user: signedIn && toPerson(signedIn.user),
    scopes: missingScopes(prompt),
    refusal: (prompt.details.refusal as Problem | undefined) ?? null,
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
    event: 'client_authorised',
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
  if (interaction.prompt.name !== 'access') {
    return finishInteraction(interaction, {
      error: 'access_denied',
      error_description: 'the person declined',
    });
  }
  const userId = interaction.session?.accountId;
  await recordAudit(request.em, {
    event: 'authorisation_refused',
    actor: userId ? `user:${userId}` : 'nobody',
    ...(userId && { userId }),
    target: `client:${interaction.params.client_id}`,
    origin: originOf(request),
    details: { code: (interaction.prompt.details.refusal as Problem | undefined)?.code },
  });
  return finishInteraction(interaction, {
    error: 'access_denied',
    error_description: 'this account may not use this application',
  });
}

function missingScopes({ details }: Interaction['prompt']): string[] {
  return (details.missingOIDCScope as string[] | undefined) ?? [];
}
