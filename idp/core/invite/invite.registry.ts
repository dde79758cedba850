import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { createToken, hashToken } from '../encryption/token.ts';
import { InvalidInput, Refusal } from '../errors.ts';
import { withdrawMail } from '../mail/mail.registry.ts';
import { query } from '../query.ts';
import { Invite } from './invite.entity.ts';

export interface NewInvite {
  /** Null for whoever asked for one themselves. */
  createdBy: string | null;
  expiresAt: Date;
  usageLimit: number | null;
  groups: string[];

  /** Where the link goes and nowhere else; such a link is for one person. */
  email?: string;
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
  if (!invite || stateOf(invite) !== 'usable') {
    throw notValid();
  }
  return invite;
}

export interface ConsumedInvite {
  /** Whether somebody else invited them; otherwise they asked for the link themselves. */
  isInvited: boolean;

  /** What the new person joins. */
  groups: string[];

  /** The mailbox they have shown to be theirs. */
  email: string | null;
}

/** Takes one use, as a compare-and-set: of any number of parallel sign-ups only as many succeed as the limit says. */
export async function consumeInvite(em: EntityManager, id: string): Promise<ConsumedInvite> {
  const [invite] = await query<ConsumedInvite>(
    em,
    `update invites set uses = uses + 1
     where id = $1 and revoked_at is null and expires_at > now() and (usage_limit is null or uses < usage_limit)
     returning groups, email, created_by is not null as "isInvited"`,
    [id],
  );
  if (!invite) {
    throw notValid();
  }
  return invite;
}

/** Nobody signs up by it any more, not even who has begun to; a mail that has not left stays here. Safe to repeat. */
export async function revokeInvite(em: EntityManager, id: string): Promise<Invite> {
  const invite = await em.findOne(Invite, { id });
  if (!invite) {
    throw new Refusal('not_found', 'There is no such invitation; it may be long over');
  }
  await em.nativeUpdate(Invite, { id, revokedAt: null }, { revokedAt: new Date() });
  await withdrawMail(em, inviteMailKey(id), 'not sent: the invitation was revoked');
  return invite;
}

type InviteState = 'usable' | 'used_up' | 'expired' | 'revoked';

export interface ListedInvite {
  id: string;
  email: string | null;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  usageLimit: number | null;
  uses: number;
  groups: string[];
  state: InviteState;

  /** What became of the mail; null when none was sent, or nobody remembers. */
  mail: { state: 'waiting' | 'delivered' | 'failed'; answer: string | null } | null;
}

/** What people made, the newest, those first that still let somebody in. What strangers ask for would crowd it out. */
export async function listInvites(em: EntityManager, limit: number): Promise<ListedInvite[]> {
  const rows = await query<Listed>(em, LIST, [limit]);
  return rows.map(({ mailState, mailAnswer, revokedAt, ...row }) => {
    const invite = {
      ...row,
      createdAt: new Date(row.createdAt),
      expiresAt: new Date(row.expiresAt),
    };
    const mail = mailState && { state: mailState, answer: mailAnswer };
    return { ...invite, state: stateOf({ ...invite, revokedAt }), mail };
  });
}

type MailState = NonNullable<ListedInvite['mail']>['state'];

/** As the database writes it. */
interface Listed extends Omit<ListedInvite, 'state' | 'mail' | 'createdAt' | 'expiresAt'> {
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  mailState: MailState | null;
  mailAnswer: string | null;
}

const LIST = `
select i.id, i.email, u.display_name as "createdBy", i.created_at as "createdAt", i.expires_at as "expiresAt",
       i.usage_limit as "usageLimit", i.uses, i.groups, i.revoked_at as "revokedAt",
       m.state as "mailState", m.answer as "mailAnswer"
  from invites i join users u on u.id = i.created_by left join mails m on m.key = 'invitation/' || i.id
 order by (i.revoked_at is null and i.expires_at > now() and (i.usage_limit is null or i.uses < i.usage_limit)) desc,
          i.created_at desc
 limit $1`;

/** Names the one mail that brings this invite. */
export function inviteMailKey(id: string): string {
  return `invitation/${id}`;
}

function stateOf({
  revokedAt,
  expiresAt,
  usageLimit,
  uses,
}: Pick<Invite, 'expiresAt' | 'usageLimit' | 'uses'> & { revokedAt?: unknown }): InviteState {
  if (revokedAt) {
    return 'revoked';
  }
  if (usageLimit != null && uses >= usageLimit) {
    return 'used_up';
  }
  return expiresAt.getTime() > Date.now() ? 'usable' : 'expired';
}

function notValid(): Refusal {
  return new Refusal(
    'invite_not_valid',
    'This invitation has expired, was used up or was withdrawn. Ask the person who sent it for a new one',
  );
}
