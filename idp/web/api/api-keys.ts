import type { ApiKeyInput, ApiKeyPage, ApiKeyRenewal, IssuedApiKey } from '#api';
import { request } from '#web/api/request.ts';

export const listOwnApiKeys = () => request<ApiKeyPage>('GET', '/api/account/api-keys');
export const createApiKey = (key: ApiKeyInput) =>
  request<IssuedApiKey>('POST', '/api/account/api-keys', key);
export const renewApiKey = (id: string, renewal: ApiKeyRenewal) =>
  request<IssuedApiKey>('POST', `/api/account/api-keys/${id}/renew`, renewal);
export const revokeOwnApiKey = (id: string) =>
  request<void>('DELETE', `/api/account/api-keys/${id}`);

export function listApiKeys(search: string, after: string | null): Promise<ApiKeyPage> {
  const asked = new URLSearchParams({ ...(search && { search }), ...(after && { after }) });
  return request('GET', `/api/api-keys?${asked}`);
}
export const revokeApiKey = (id: string) => request<void>('DELETE', `/api/api-keys/${id}`);
