import { defineEntity, p } from '@mikro-orm/core';
import type { SigningAlg } from '../client/client.declaration.ts';

const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    /** The `kid`. */
    id: p.string().primary(),
    alg: p.string().$type<SigningAlg>(),
    /** `next` is published and does not sign yet, `active` signs, `retiring` is published and signs no more. */
    state: p.string().$type<'next' | 'active' | 'retiring'>(),

    /** The private JWK, encrypted. */
    privateJwk: p.text(),
    createdAt: p.datetime(),
    activatedAt: p.datetime().nullable(),
    retiredAt: p.datetime().nullable(),
  },
});

/** A key with which tokens are signed. */
export class SigningKey extends SigningKeySchema.class {}

SigningKeySchema.setClass(SigningKey);
