import {
  assertOwnProfile,
  createEmailVerification,
  type EntityManager,
  findUserByEmail,
  isMailOn,
  mailPerson,
  Refusal,
  type RequestOrigin,
  recordAudit,
  toEmailAddress,
  type User,
  withdrawEmailVerification,
} from '#core';
import type { Services } from '../http/services.ts';

/**
 * The address counts once the link that is mailed to it was used; until then the old one stays. The address of
 * somebody else is answered in the same way, and its owner hears of it instead.
 */
export async function requestEmail(
  em: EntityManager,
  services: Services,
  { user, typed, origin }: { user: User; typed: string; origin: RequestOrigin },
): Promise<void> {
  const email = toEmailAddress(typed);
  // The address that the directory tells may be confirmed; another one is for the directory to say.
  if (email.toLowerCase() !== user.email.toLowerCase()) {
    assertOwnProfile(user, 'the email address');
  }
  if (email === user.email && user.emailVerified) {
    return withdrawEmailVerification(em, user.id);
  }
  if (!(await isMailOn(em))) {
    throw new Refusal(
      'mail_off',
      'Mail is switched off here, so that no address can be confirmed. Ask an administrator to change yours',
    );
  }
  await em.transactional(async (tx) => {
    const holder = await findUserByEmail(tx, email);
    await mailVerification(tx, services, { user, email, holder });
    await recordAudit(tx, {
      event: 'email_change_requested',
      actor: `user:${user.id}`,
      userId: user.id,
      origin,
      details: { email },
    });
  });
}

/** For the address that somebody signed up with. Without mail it stays unconfirmed, and is told so to applications. */
export async function verifyNewPerson(
  em: EntityManager,
  services: Services,
  user: User,
): Promise<void> {
  if (!user.emailVerified && (await isMailOn(em))) {
    await mailVerification(em, services, { user, email: user.email, holder: user });
  }
}

interface Verification {
  user: User;
  email: string;

  /** Who has this address now. */
  holder: User | null;
}

/** Whoever it is for, the same is done: one link is made, one mail queued. */
async function mailVerification(
  em: EntityManager,
  { config, keyring }: Services,
  { user, email, holder }: Verification,
): Promise<void> {
  const { token, expiresAt } = await createEmailVerification(em, user, email);
  if (holder && holder.id !== user.id) {
    await mailPerson(em, keyring, { kind: 'address_in_use', to: holder, values: {} });
    return;
  }
  const { id, language } = user;
  await mailPerson(em, keyring, {
    kind: 'email_verification',
    to: { id, email, language },
    values: {
      link: `${config.APP_URL}/confirm-email/${token}`,
      expiresAt: expiresAt.toISOString(),
    },
    expiresAt,
  });
}
