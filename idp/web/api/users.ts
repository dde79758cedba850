import type { CreatedLoginLink, UserChange, UserPage, UserView } from '#api';
import { request } from '#web/api/request.ts';

export const listUsers = (search: string, after: string | null) =>
  request<UserPage>('GET', `/api/users?${new URLSearchParams({ search, after: after ?? '' })}`);
export const getUser = (id: string) => request<UserView>('GET', userPath(id));
export const changeUser = (id: string, change: UserChange) =>
  request<UserView>('PATCH', userPath(id), change);
export const deleteUser = (id: string) => request<void>('DELETE', userPath(id));
export const createLoginLink = (id: string) =>
  request<CreatedLoginLink>('POST', `${userPath(id)}/login-link`);
export const endSession = (userId: string, id: string) =>
  request<void>('DELETE', `${userPath(userId)}/sessions/${id}`);

function userPath(id: string): string {
  return `/api/users/${encodeURIComponent(id)}`;
}
