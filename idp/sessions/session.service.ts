import {
  type EntityManager,
  getBranding,
  getGeneralSettings,
  isSetUpOpen,
  type Person,
  type User,
} from '#core';
import type { Services } from '../http/services.ts';
import { toPerson } from '../http/session.ts';
import { viewBranding } from '../settings/branding-view.ts';
import type { SessionView } from './session.schemas.ts';

/** What every page needs to know before it draws itself, for this person or nobody. */
export async function viewSession(
  em: EntityManager,
  { config }: Services,
  user: Person | User | null,
): Promise<SessionView> {
  const { name, loginLinksByEmail, signUp } = await getGeneralSettings(em);
  return {
    instance: {
      name,
      origin: config.APP_URL,
      loginLinksByEmail,
      signUp,
      branding: viewBranding(await getBranding(em)),
    },
    user: user && toPerson(user),
    setUpOpen: await isSetUpOpen(em),
  };
}
