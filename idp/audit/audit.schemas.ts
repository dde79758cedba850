import { type Static, Type } from 'typebox';
import { AUDIT_EVENTS, type AuditDetails, type AuditEventName } from '#core';

export type { AuditEventName };

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const EventName = Type.Unsafe<AuditEventName>({ type: 'string', enum: AUDIT_EVENTS });

/** Who did it. A name is the one of that time. */
const Actor = Type.Object({
  kind: Type.Unsafe<
    'user' | 'api_key' | 'resource' | 'ldap' | 'admin' | 'rescue' | 'permiso' | 'nobody'
  >({ type: 'string' }),
  id: orNull(Type.String()),
  name: orNull(Type.String()),
});

/** What it was done to, such as a client or a group. */
const Target = Type.Object({
  kind: Type.String(),
  id: Type.String(),
  name: orNull(Type.String()),
});

export const AuditEventView = Type.Object({
  id: Type.String(),
  time: Type.String(),
  event: EventName,
  actor: Actor,
  target: orNull(Target),
  user: orNull(Type.Object({ id: Type.String(), username: orNull(Type.String()) })),
  ip: orNull(Type.String()),

  /** Such as "Firefox on Linux". */
  device: orNull(Type.String()),
  requestId: orNull(Type.String()),

  /** What else is known: how, why, or `before` and `after`. */
  details: Type.Unsafe<AuditDetails>({ type: 'object', additionalProperties: true }),
});
export type AuditEventView = Static<typeof AuditEventView>;

/** Events, newest first; `next` is what to send as `before` for older ones. */
export const AuditPage = Type.Object({
  events: Type.Array(AuditEventView),
  next: orNull(Type.String()),
});
export type AuditPage = Static<typeof AuditPage>;

/** Without U+0000, which PostgreSQL has no place for: an export that has begun could not say so any more. */
const word = (maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$' }));

const filters = {
  event: Type.Optional(EventName),
  client: word(256),
  ip: word(64),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time' })),
  text: word(200),
};
const user = word(64);
const page = {
  before: Type.Optional(Type.String({ pattern: '^\\d{1,15}-\\d{1,18}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
};
const file = { format: Type.Unsafe<'csv' | 'json'>({ type: 'string', enum: ['csv', 'json'] }) };
const closed = { additionalProperties: false };

/** One's own events know one user only. */
export const OwnAuditQuery = Type.Object({ ...filters, ...page }, closed);
export const AuditQuery = Type.Object({ ...filters, user, ...page }, closed);
export type AuditQuery = Static<typeof AuditQuery>;
export const OwnAuditExport = Type.Object({ ...filters, ...file }, closed);
export const AuditExport = Type.Object({ ...filters, user, ...file }, closed);

/** What an export is, for the schema of its route. */
export const AuditFile = {
  content: {
    'text/csv': { schema: Type.String() },
    'application/json': { schema: Type.Unsafe<unknown>({}) },
  },
};
