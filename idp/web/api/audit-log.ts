import type { AuditPage, AuditQuery } from '#api';
import { request } from '#web/api/request.ts';

/** Days are days of the person's own clock. */
export type AuditLogFilter = {
  [Name in Exclude<keyof AuditQuery, 'before' | 'limit'>]?: AuditQuery[Name] | undefined;
};

export const listAuditLog = (all: boolean, filter: AuditLogFilter, before: string | null) =>
  request<AuditPage>('GET', auditPath(all, '', { ...toInstants(filter), before }));
export const auditExportPath = (all: boolean, filter: AuditLogFilter, format: 'csv' | 'json') =>
  auditPath(all, '/export', { ...toInstants(filter), format });

function auditPath(
  all: boolean,
  what: string,
  asked: AuditLogFilter & { before?: string | null; format?: string },
): string {
  const { user, ...own } = asked;
  const given = Object.entries(all ? asked : own).filter(([, value]) => value);
  const path = all ? '/api/audit-log' : '/api/account/audit-log';
  return `${path}${what}?${new URLSearchParams(given as [string, string][])}`;
}

function toInstants({ from, to, ...others }: AuditLogFilter): AuditLogFilter {
  return {
    ...others,
    from: from && new Date(`${from}T00:00`).toISOString(),
    to: to && new Date(Date.parse(`${to}T23:59:59.999`) + 1).toISOString(),
  };
}
