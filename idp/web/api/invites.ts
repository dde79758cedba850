import type {
  CreatedInvite,
  InviteInput,
  InvitesView,
  MailedInvites,
  MailedInvitesInput,
} from '#api';
import { request } from '#web/api/request.ts';

export const getInvites = () => request<InvitesView>('GET', '/api/invites');
export const createInvite = (invite: InviteInput) =>
  request<CreatedInvite>('POST', '/api/invites', invite);
export const mailInvites = (invites: MailedInvitesInput) =>
  request<MailedInvites>('POST', '/api/invites/mailed', invites);
export const revokeInvite = (id: string) => request<void>('DELETE', `/api/invites/${id}`);
