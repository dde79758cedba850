import { type Static, type TSchema, Type } from 'typebox';
import type { MailKind } from '#core';

/** One message of the queue. What it said is not kept: it may have held a link that worked. */
export const MailView = Type.Object({
  id: Type.String(),
  kind: Type.Unsafe<MailKind>({ type: 'string' }),
  recipient: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer(),

  /** The server's own words at the last attempt. */
  answer: Type.Union([Type.String(), Type.Null()]),
  createdAt: Type.String(),
  nextAttemptAt: Type.Union([Type.String(), Type.Null()]),
});
export type MailView = Static<typeof MailView>;

export const MailPage = Type.Object({
  mails: Type.Array(MailView),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type MailPage = Static<typeof MailPage>;

// Null first: Fastify turns a value into the first type that fits, and null fits a string as ''.
const orNull = <T extends TSchema>(schema: T) => Type.Union([Type.Null(), schema]);

const server = {
  host: Type.String({ minLength: 1, maxLength: 253 }),
  port: Type.Integer(),
  tls: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')]),
  insecureSkipVerify: Type.Boolean(),
  ca: orNull(Type.String({ maxLength: 65_536 })),
  fromAddress: Type.String({ minLength: 3, maxLength: 254 }),
  fromName: orNull(Type.String({ maxLength: 100 })),
  username: orNull(Type.String({ minLength: 1, maxLength: 256 })),
};

/** The mail server. Its password is written and never read back. */
export const MailServerView = Type.Object({
  ...server,
  hasPassword: Type.Boolean(),

  /** Who declared it; only `admin` leaves it to these pages. */
  owner: Type.String(),

  /** The `ETag`; as `If-Match` it keeps a change of somebody else from being overwritten. */
  version: Type.String(),
});
export type MailServerView = Static<typeof MailServerView>;

/** Without `password` the one that is kept stays, at the same server: it never goes to another one. */
export const MailServerInput = Type.Object(
  { ...server, password: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })) },
  { additionalProperties: false },
);
export type MailServerInput = Static<typeof MailServerInput>;
