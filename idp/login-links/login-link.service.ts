import {
  type AuditRecord,
  createLoginLink,
  type EntityManager,
  mailPerson,
  recordAudit,
  type User,
} from '#core';
import type { Services } from '../http/services.ts';
import type { CreatedLoginLink } from './login-link.schemas.ts';

interface Sending {
  user: User;
  by: Pick<AuditRecord, 'actor' | 'origin'>;
}

/** Makes the link and, where mail is on, sends it: to the address of the account and nowhere else. */
export async function sendLoginLink(
  em: EntityManager,
  { config, keyring }: Services,
  { user, by }: Sending,
): Promise<CreatedLoginLink> {
  return em.transactional(async (tx) => {
    const { id, token, expiresAt } = await createLoginLink(tx, user.id);
    const url = `${config.APP_URL}/login-link/${token}`;
    const mail = await mailPerson(tx, keyring, {
      kind: 'login_link',
      to: user,
      values: { link: url, expiresAt: expiresAt.toISOString() },
      expiresAt,
    });
    await recordAudit(tx, {
      ...by,
      event: 'login_link_created',
      userId: user.id,
      target: `login-link:${id}`,
      details: { mailed: mail !== null },
    });
    return { url, expiresAt: expiresAt.toISOString(), mailedTo: mail && user.email };
  });
}
