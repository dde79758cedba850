import type { AccessPage, CreatedLoginLink, UserChange, UserPage, UserQuery, UserView } from '#api';
import { request } from '#web/api/request.ts';

export type UserSort = NonNullable<UserQuery['sort']>;
type Filter = Pick<UserQuery, 'sort' | 'disabled' | 'isAdmin'>;

export const listUsers = (search: string, after: string | null, filter: Filter = {}) =>
  request<UserPage>('GET', `/api/users?${toQuery({ ...filter, search, after })}`);
export const getUser = (id: string) => request<UserView>('GET', userPath(id));

/** Refused when somebody else has changed the account since that version. */
export const changeUser = (id: string, change: UserChange, version: string) =>
  request<UserView>('PATCH', userPath(id), change, { 'if-match': `"${version}"` });
export const deleteUser = (id: string) => request<void>('DELETE', userPath(id));
export const createLoginLink = (id: string) =>
  request<CreatedLoginLink>('POST', `${userPath(id)}/login-link`);
export const endSession = (userId: string, id: string) =>
  request<void>('DELETE', `${userPath(userId)}/sessions/${id}`);

export const listAccess = (
  id: string,
  asked: { search: string; mayOpen: boolean | null },
  after: string | null,
) => request<AccessPage>('GET', `${userPath(id)}/applications?${toQuery({ ...asked, after })}`);

function toQuery(asked: Record<string, string | boolean | null | undefined>): URLSearchParams {
  const given = Object.entries(asked).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

function userPath(id: string): string {
  return `/api/users/${encodeURIComponent(id)}`;
}
