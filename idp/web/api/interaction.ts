import type { InteractionView, Redirect } from '#api';
import { request } from '#web/api/request.ts';

export const enterUserCode = (userCode: string) =>
  request<Redirect>('POST', '/device', { userCode });

export type InteractionStep = InteractionView['prompt'] | 'abort';

export const getInteraction = (uid: string) =>
  request<InteractionView>('GET', `${interactionPath(uid)}/details`);
export const continueInteraction = (uid: string, step: InteractionStep) =>
  request<Redirect>('POST', `${interactionPath(uid)}/${step}`);

function interactionPath(uid: string): string {
  return `/interaction/${encodeURIComponent(uid)}`;
}
