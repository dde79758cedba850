import type { MailPage, MailServerInput, MailServerView } from '#api';
import { request } from '#web/api/request.ts';

export const listMails = (before: string | null) =>
  request<MailPage>('GET', `/api/mails${before ? `?before=${before}` : ''}`);
/** Those to one person. */
export const listMailsTo = (userId: string) =>
  request<MailPage>('GET', `/api/mails?user=${userId}`);
export const retryMail = (id: string) => request<void>('POST', `/api/mails/${id}/retry`);
export const getMailServer = () => request<MailServerView | null>('GET', '/api/settings/mail');

/** Refused when somebody else has changed it since this version. */
export const saveMailServer = (server: MailServerInput, version: string) =>
  request<MailServerView>('PUT', '/api/settings/mail', server, { 'if-match': `"${version}"` });
export const sendTestMail = () => request<{ id: string }>('POST', '/api/settings/mail/test');
