import type {
  ClientChange,
  ClientInput,
  ClientPage,
  ClientView,
  CreatedSecret,
  SecretInput,
  TokenPreview,
} from '#api';
import { request } from '#web/api/request.ts';

export const listClients = (search: string, after: string | null) =>
  request<ClientPage>('GET', `/api/clients?${new URLSearchParams({ search, after: after ?? '' })}`);
export const getClient = (id: string) => request<ClientView>('GET', clientPath(id));
export const createClient = (client: ClientInput) =>
  request<ClientView>('POST', '/api/clients', client);

/** Refused when somebody else has changed it since it was loaded. */
export const changeClient = ({ id, version }: ClientView, change: ClientChange) =>
  request<ClientView>('PATCH', clientPath(id), change, { 'if-match': `"${version}"` });
export const deleteClient = (id: string) => request<void>('DELETE', clientPath(id));
export const createSecret = (id: string, secret: SecretInput = {}) =>
  request<CreatedSecret>('POST', `${clientPath(id)}/secrets`, secret);
export const revokeSecret = (id: string, secret: string) =>
  request<void>('DELETE', `${clientPath(id)}/secrets/${secret}`);

/** What the application would be told of this person; nothing is issued. */
export const previewTokens = (id: string, userId: string) =>
  request<TokenPreview>('GET', `${clientPath(id)}/preview/${userId}`);

/** What any application finds out by itself. */
export const getDiscovery = () =>
  request<Record<string, unknown>>('GET', '/.well-known/openid-configuration');

export function clientPath(id: string): string {
  return `/api/clients/${encodeURIComponent(id)}`;
}
