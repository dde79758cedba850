import { continueInteraction, type InteractionStep } from '#web/api/interaction.ts';
import { leaveFor } from '#web/navigation.ts';

/** Tells the server how the step ended and goes where it says. */
export async function continueTo(uid: string, step: InteractionStep): Promise<void> {
  const { redirectTo } = await continueInteraction(uid, step);
  await leaveFor(redirectTo);
}
