import type { FastifyRequest } from 'fastify';
import type { Interaction, Provider } from 'oidc-provider';
import { hashToken, type LivingSession, Refusal } from '#core';
import { cookieNames, readCookie } from '../../http/cookies.ts';
import type { Services } from '../../http/services.ts';
import type { InteractionView, Redirect } from './interaction.schemas.ts';

export interface OidcServices {
  services: Services;
  provider: Provider;
}

/** Only in the browser that began it: the cookie names the same interaction as the address. */
export async function getInteraction(
  request: FastifyRequest<{ Params: { uid: string } }>,
  { services, provider }: OidcServices,
  prompt?: InteractionView['prompt'],
): Promise<Interaction> {
  const { uid } = request.params;
  const cookie = readCookie(request, cookieNames(services.config).interaction);
  const interaction = cookie === uid ? await provider.Interaction.find(uid) : undefined;
  if (!interaction || (prompt && interaction.prompt.name !== prompt)) {
    throw new Refusal(
      'interaction_expired',
      'This sign-in has expired or was begun in another browser. Go back to the application and sign in again',
    );
  }
  return interaction;
}

/** Keeps the result of this step beside those of the steps before, and says where the browser goes on. */
export async function finishInteraction(
  interaction: Interaction,
  result: NonNullable<Interaction['result']>,
): Promise<Redirect> {
  interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
  const { pathname } = new URL(interaction.returnTo);
  return { redirectTo: pathname };
}

/** For anything but a missing session (prompt=login, max_age, reauthentication) an older sign-in is not enough. */
export function assertFresh(
  { prompt, iat, session: begun }: Interaction,
  session: LivingSession,
): void {
  const onlySession = prompt.reasons.every((reason) => reason === 'no_session');
  // Every sign-in changes the token, so the same one means that nobody has signed in since; `iat` knows only seconds.
  const isUsedSince =
    session.authenticatedAt.getTime() / 1000 >= iat &&
    session.tokenHash !== hashToken(begun?.cookie ?? '');
  const isFresh = session.method === 'passkey' && isUsedSince;
  if (!onlySession && !isFresh) {
    throw new Refusal(
      'fresh_passkey_required',
      'This application asks you to use your passkey again',
    );
  }
}

export function assertSamePerson({ session }: Interaction, userId: string): void {
  if (session?.accountId !== userId) {
    throw new Refusal(
      'interaction_expired',
      'Somebody else has signed in in this browser. Please start again',
    );
  }
}
