import { defineEntity, p } from '@mikro-orm/core';

const RedirectMismatchSchema = defineEntity({
  name: 'RedirectMismatch',
  tableName: 'redirect_mismatches',
  properties: {
    clientId: p.string().primary(),

    /** A stranger's words: bounded, and without characters that move a cursor. */
    redirectUri: p.string(),
    at: p.datetime(),
  },
});

/** A callback that was asked for and is not the client's; the newest one of each client is kept. */
export class RedirectMismatch extends RedirectMismatchSchema.class {}

RedirectMismatchSchema.setClass(RedirectMismatch);
