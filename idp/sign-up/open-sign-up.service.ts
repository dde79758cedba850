import {
  countAttempt,
  type EntityManager,
  findUserByEmail,
  mailPerson,
  type RequestOrigin,
} from '#core';
import { PER_MAILBOX } from '../http/limits.ts';
import type { Services } from '../http/services.ts';
import { mailInvite } from '../invites/invite.service.ts';

const LIFETIME_MS = 24 * 3_600_000;

interface Asked {
  email: string;
  language: string;
  origin: RequestOrigin;
}

/**
 * Nobody but who reads the mailbox learns whether it has an account: it gets a link that makes one, or hears that
 * there is one.
 */
export async function answerMailbox(
  em: EntityManager,
  services: Services,
  { email, language, origin }: Asked,
): Promise<void> {
  if ((await countAttempt(em, PER_MAILBOX('sign_up', email.toLowerCase()))) > 0) {
    return;
  }
  const holder = await findUserByEmail(em, email);
  if (holder) {
    await mailPerson(em, services.keyring, { kind: 'address_in_use', to: holder, values: {} });
    return;
  }
  const expiresAt = new Date(Date.now() + LIFETIME_MS);
  await em.transactional((tx) =>
    mailInvite(tx, services, {
      by: { user: null, actor: 'nobody', origin },
      mail: { kind: 'sign_up', language },
      terms: { email, expiresAt, groups: [] },
    }),
  );
}
