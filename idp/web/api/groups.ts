import type { GroupChange, GroupInput, GroupPage, GroupQuery, GroupView, MemberPage } from '#api';
import { request } from '#web/api/request.ts';

export type GroupSort = NonNullable<GroupQuery['sort']>;

export const listGroups = (search: string, sort: GroupSort, after: string | null) =>
  request<GroupPage>(
    'GET',
    `/api/groups?${new URLSearchParams({ search, sort, ...(after && { after }) })}`,
  );
export const getGroup = (id: string) => request<GroupView>('GET', groupPath(id));
export const createGroup = (group: GroupInput) => request<GroupView>('POST', '/api/groups', group);

/** Refused when somebody else has changed it since it was loaded. */
export const changeGroup = ({ id, version }: GroupView, change: GroupChange) =>
  request<GroupView>('PATCH', groupPath(id), change, { 'if-match': `"${version}"` });
export const deleteGroup = (id: string) => request<unknown>('DELETE', groupPath(id));
export const listMembers = (id: string, search: string, after: string | null) =>
  request<MemberPage>(
    'GET',
    `${groupPath(id)}/members?${new URLSearchParams({ search, ...(after && { after }) })}`,
  );
export const addMember = (id: string, userId: string) =>
  request<void>('PUT', memberPath(id, userId));
export const removeMember = (id: string, userId: string) =>
  request<void>('DELETE', memberPath(id, userId));

function groupPath(id: string): string {
  return `/api/groups/${encodeURIComponent(id)}`;
}

function memberPath(id: string, userId: string): string {
  return `${groupPath(id)}/members/${encodeURIComponent(userId)}`;
}
