import { readFile } from 'node:fs/promises';

/** One finished write, as the API server noted it. */
export interface AuditedWrite {
  verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

  /** Plural, such as `oidcclients`. */
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  username: string;
  userAgent: string;
  code: number;
  at: string;
}

export type WriteFilter = Partial<Omit<AuditedWrite, 'namespace' | 'at'>>;

interface AuditEvent {
  verb: AuditedWrite['verb'];
  user: { username: string };
  userAgent?: string;
  objectRef?: { resource: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code: number };
  stageTimestamp: string;
}

/** Everything up to the write of an object named like the mark; fails when that is not there yet. */
export async function readAuditLog(path: string, mark: string): Promise<AuditedWrite[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const end = lines.findIndex((line) => line.includes(mark));
  if (end < 0) {
    throw new Error(`${mark} is not in the audit log`);
  }
  return lines.slice(0, end).map((line) => toWrite(JSON.parse(line)));
}

function toWrite(event: AuditEvent): AuditedWrite {
  const { objectRef, user, userAgent, responseStatus } = event;
  return {
    verb: event.verb,
    resource: objectRef?.resource ?? '',
    subresource: objectRef?.subresource ?? '',
    namespace: objectRef?.namespace ?? '',
    name: objectRef?.name ?? '',
    username: user.username,
    userAgent: userAgent ?? '',
    code: responseStatus?.code ?? 0,
    at: event.stageTimestamp,
  };
}
