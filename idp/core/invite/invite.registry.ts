import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { InvalidInput, Refusal } from '../errors.ts';
import { query } from '../query.ts';
import { Invite } from './invite.entity.ts';

export interface NewInvite {
  createdBy: string;
  expiresAt: Date;
  usageLimit: number | null;
  groups: string[];
}

/** Makes an invite. The token is told here and never again. */
export async function createInvite(
  em: EntityManager,
  invite: NewInvite,
): Promise<{ token: string; invite: Invite }> {
  if (!(invite.expiresAt.getTime() > Date.now())) {
    throw new InvalidInput('expiresAt', 'The expiry date must be in the future');
  }
  const token = createToken();
  const row = em.create(Invite, { id: randomUUID(), tokenHash: hashToken(token), ...invite });
  await em.persist(row).flush();
  return { token, invite: row };
}

export async function getInvite(em: EntityManager, token: string): Promise<Invite> {
  const invite = await em.findOne(Invite, { tokenHash: hashToken(token) });
  if (!invite || !isUsable(invite)) {
    throw notValid();
  }
  return invite;
}

/**
 * Takes one use, as a compare-and-set: of any number of parallel sign-ups only as many succeed as the limit
 * says. Tells which groups the new person joins.
 */
export async function consumeInvite(em: EntityManager, id: string): Promise<{ groups: string[] }> {
  const [invite] = await query<{ groups: string[] }>(
    em,
    `update invites set uses = uses + 1
     where id = $1 and revoked_at is null and expires_at > now() and (usage_limit is null or uses < usage_limit)
     returning groups`,
    [id],
  );
  if (!invite) {
    throw notValid();
  }
  return invite;
}

function isUsable({ revokedAt, expiresAt, usageLimit, uses }: Invite): boolean {
  return (
    !revokedAt && expiresAt.getTime() > Date.now() && (usageLimit == null || uses < usageLimit)
  );
}

function notValid(): Refusal {
  return new Refusal(
    'invite_not_valid',
    'This invitation has expired, was used up or was withdrawn. Ask the person who sent it for a new one',
  );
}
