import type { ClientChange, ClientView } from '#api';
import { request } from '#web/api/request.ts';

export const getClient = (id: string) => request<ClientView>('GET', clientPath(id));

/** Refused when somebody else has changed it since it was loaded. */
export const changeClient = ({ id, version }: ClientView, change: ClientChange) =>
  request<ClientView>('PATCH', clientPath(id), change, { 'if-match': `"${version}"` });

function clientPath(id: string): string {
  return `/api/clients/${encodeURIComponent(id)}`;
}
