import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DeviceCode, Interaction } from 'oidc-provider';
import { createToken } from '#core';
import { cookieNames, isSecure } from '../../http/cookies.ts';
import { findSignedIn, originOf, requireSignedIn } from '../../http/session.ts';
import {
  type InteractionParams,
  Redirect,
  stepSchema,
} from '../interaction/interaction.schemas.ts';
import {
  assertSamePerson,
  finishInteraction,
  getInteraction,
  type OidcServices,
} from '../interaction/interaction.service.ts';
import { withOrigin } from '../request-origins.ts';
import { deviceResultOf } from './device.flow.ts';
import { type UserCodeInput as Input, UserCodeInput } from './device.schemas.ts';
import {
  claimDeviceCode,
  getWaitingCode,
  normaliseUserCode,
  spendGuess,
} from './device.service.ts';

const QUESTION_SECONDS = 600;

/** What a person does for a device (RFC 8628 §3.3): types its code, and says that it is theirs. */
export const deviceRoutes: FastifyPluginAsyncTypebox<OidcServices> = async (app, oidc) => {
  app.post(
    '/device',
    { schema: { body: UserCodeInput, response: { 200: Redirect } } },
    (request, reply) => lookUp(request, reply, oidc),
  );
  app.post('/interaction/:uid/device', stepSchema, (request) => confirm(request, oidc));
};

/** Begins an interaction in this browser, which oidc-provider goes on with; nobody else can, for all he knows the code. */
async function lookUp(
  request: FastifyRequest<{ Body: Input }>,
  reply: FastifyReply,
  { services, provider }: OidcServices,
): Promise<Redirect> {
  const { config } = services;
  const signedIn = await findSignedIn(request, services);
  const userCode = normaliseUserCode(request.body.userCode);
  const code = await spendGuess(request, signedIn, () => getWaitingCode(provider, userCode));
  const uid = createToken();
  const path = `/device/${uid}`;
  const session = signedIn && { accountId: signedIn.user.id, uid: signedIn.session.id, cookie: '' };
  const { Interaction } = provider as unknown as { Interaction: InteractionModel };
  const interaction = new Interaction(uid, {
    returnTo: `${config.APP_URL}${path}`,
    params: toParams(code),
    trusted: [],
    cid: uid,
    deviceCode: code.jti,
    result: { device: { userCode } },
    ...(session && { session }),
  });
  await withOrigin(originOf(request), () => interaction.save(QUESTION_SECONDS));
  reply.setCookie(cookieNames(config).resume, uid, {
    path,
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(config.APP_URL),
    maxAge: QUESTION_SECONDS,
  });
  return { redirectTo: path };
}

/** Of which the types tell only half. */
type InteractionModel = new (uid: string, payload: object) => Interaction;

/** oidc-provider turns `max_age=0` into `prompt=login`, which it then drops for devices. */
function toParams({ params }: DeviceCode): object {
  const { prompt, ...rest } = params as { prompt?: string };
  return prompt === 'login' ? { ...rest, max_age: '0' } : rest;
}

async function confirm(
  request: FastifyRequest<{ Params: InteractionParams }>,
  oidc: OidcServices,
): Promise<Redirect> {
  const interaction = await getInteraction(request, oidc, 'device');
  const { user } = await requireSignedIn(request, oidc.services);
  assertSamePerson(interaction, user.id);
  await claimDeviceCode(request.em, interaction);
  const device = { ...deviceResultOf(interaction.lastSubmission), confirmedBy: user.id };
  return finishInteraction(interaction, { device });
}
