import {
  type AuditRecord,
  createInvite,
  type EntityManager,
  inviteMailKey,
  type NewInvite,
  type Person,
  queueMail,
  Refusal,
  recordAudit,
  toEmailAddress,
} from '#core';
import type { Services } from '../http/services.ts';
import type { CreatedInvite, MailedInvites } from './invite.schemas.ts';

export interface Inviter {
  /** Null for whoever asks for a link themselves, where sign-up is open. */
  user: Person | null;
  actor: string;
  origin: NonNullable<AuditRecord['origin']>;
}

type Terms = Pick<NewInvite, 'expiresAt' | 'groups'>;

/** A link for whoever gets it. It is told here and never again. */
export async function inviteByLink(
  em: EntityManager,
  { config }: Services,
  by: Inviter,
  terms: Terms & Pick<NewInvite, 'usageLimit'>,
): Promise<CreatedInvite> {
  const { token } = await em.transactional((tx) => create(tx, by, terms));
  return { url: linkOf(config.APP_URL, token), expiresAt: terms.expiresAt.toISOString() };
}

/**
 * A link of its own for each address. It lets one person in, because a mail has one reader, and whom it was forwarded
 * to would else come as well. Nobody but the mailbox learns it, so who uses it has shown that the mailbox is theirs.
 */
export async function inviteByMail(
  em: EntityManager,
  services: Services,
  by: Inviter,
  { emails: typed, ...terms }: Terms & { emails: string[] },
): Promise<MailedInvites> {
  const emails = [...new Set(typed.map((email) => toEmailAddress(email, 'emails')))];
  await em.transactional(async (tx) => {
    // Nobody knows their language yet; people who work together mostly share one.
    const mail = { kind: 'invitation', language: by.user?.language ?? null } as const;
    for (const email of emails) {
      await mailInvite(tx, services, { by, mail, terms: { ...terms, email } });
    }
  });
  return { emails, expiresAt: terms.expiresAt.toISOString() };
}

interface Mailing {
  by: Inviter;
  mail: { kind: 'invitation' | 'sign_up'; language: string | null };
  terms: Terms & { email: string };
}

export async function mailInvite(
  em: EntityManager,
  { config, keyring }: Services,
  { by, mail: { kind, language }, terms }: Mailing,
): Promise<void> {
  const { token, invite } = await create(em, by, { ...terms, usageLimit: 1 });
  const mail = await queueMail(em, keyring, {
    kind,
    recipient: terms.email,
    language,
    values: {
      link: linkOf(config.APP_URL, token),
      expiresAt: terms.expiresAt.toISOString(),
    },
    expiresAt: terms.expiresAt,
    key: inviteMailKey(invite.id),
  });
  if (!mail) {
    throw new Refusal('mail_off', 'Mail is switched off. Create a link and hand it over yourself');
  }
}

async function create(
  em: EntityManager,
  { user, actor, origin }: Inviter,
  terms: Omit<NewInvite, 'createdBy'>,
) {
  const created = await createInvite(em, { ...terms, createdBy: user?.id ?? null });
  await recordAudit(em, {
    event: 'invite_created',
    actor,
    target: `invite:${created.invite.id}`,
    origin,
    details: { ...terms },
  });
  return created;
}

function linkOf(appUrl: string, token: string): string {
  return `${appUrl}/signup/${token}`;
}
