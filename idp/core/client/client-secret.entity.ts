import { defineEntity, p } from '@mikro-orm/core';

const ClientSecretSchema = defineEntity({
  name: 'ClientSecret',
  tableName: 'client_secrets',
  properties: {
    id: p.uuid().primary(),
    clientId: p.string(),

    /** SHA-256 of a value with at least 256 random bits. Loaded on request only: the operator's role may not read it. */
    hash: p.string().lazy(),
    /** A resource's own secrets end when it rotates; those that an administrator made do not. */
    source: p.string().$type<'declared' | 'web'>(),
    createdAt: p.datetime().onCreate(() => new Date()),
    expiresAt: p.datetime().nullable(),
  },
});

/** One of the secrets with which a confidential client proves itself; several overlap during rotation. */
export class ClientSecret extends ClientSecretSchema.class {}

ClientSecretSchema.setClass(ClientSecret);
