import type { AuditLine, AuditPosition } from '#core';
import { nameDevice } from '../http/device.ts';
import type { AuditEventView } from './audit.schemas.ts';

const KINDS: Record<string, AuditEventView['actor']['kind']> = {
  user: 'user',
  'api-key': 'api_key',
  kubernetes: 'resource',
  ldap: 'ldap',
  admin: 'admin',
  rescue: 'rescue',
  permiso: 'permiso',
};

export function toAuditView(line: AuditLine): AuditEventView {
  const { id, at, event, userId, userName, ip, userAgent, requestId, details } = line;
  return {
    id,
    time: at.toISOString(),
    event,
    actor: toActor(line),
    target: toTarget(line),
    user: userId ? { id: userId, username: userName ?? null } : null,
    ip: ip ?? null,
    device: nameDevice(userAgent),
    requestId: requestId ?? null,
    details,
  };
}

/** What somebody else did to one's account is told, but not where they were when they did it. */
export function toOwnAuditView(line: AuditLine, userId: string): AuditEventView {
  const view = toAuditView(line);
  const isSomebodyElse = !['nobody', 'resource', 'ldap', 'permiso'].includes(view.actor.kind);
  return isSomebodyElse && view.actor.id !== userId
    ? { ...view, ip: null, device: null, requestId: null }
    : view;
}

function toActor({ actor, actorName }: AuditLine): AuditEventView['actor'] {
  const { kind, id } = split(actor);
  const known = KINDS[kind] ?? 'nobody';
  return { kind: known, id, name: known === 'resource' ? id : (actorName ?? null) };
}

function toTarget({ target, targetName }: AuditLine): AuditEventView['target'] {
  const { kind, id } = split(target ?? '');
  return id === null ? null : { kind, id, name: targetName };
}

function split(reference: string): { kind: string; id: string | null } {
  const [kind = '', ...rest] = reference.split(':');
  return { kind, id: rest.length > 0 ? rest.join(':') : null };
}

export function toCursor({ at, id }: AuditPosition): string {
  return `${at.getTime()}-${id}`;
}

export function toPosition(cursor: string): AuditPosition {
  const [at, id = ''] = cursor.split('-');
  return { at: new Date(Number(at)), id };
}
