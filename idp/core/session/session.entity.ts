import { defineEntity, p } from '@mikro-orm/core';

/** How the person proved who they are. Only a passkey counts as one. */
export type SignInMethod = 'passkey' | 'sign_up' | 'login_link';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    tokenHash: p.string(),
    userId: p.uuid(),
    method: p.string().$type<SignInMethod>(),

    /** The last time the person proved presence in this session; the `auth_time` of tokens. */
    authenticatedAt: p.datetime(),
    /** When it is over whatever happens. */
    endsAt: p.datetime(),

    /** `endsAt`, or sooner when nobody uses it for so many seconds; each use moves it on. */
    expiresAt: p.datetime(),
    idleSeconds: p.integer().nullable(),
    ip: p.string().nullable(),
    userAgent: p.string().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

/** One browser in which a person is signed in. The cookie holds a token, the row its hash. */
export class Session extends SessionSchema.class {}

SessionSchema.setClass(Session);
