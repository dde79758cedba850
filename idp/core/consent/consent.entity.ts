import { defineEntity, p } from '@mikro-orm/core';

const ConsentSchema = defineEntity({
  name: 'Consent',
  tableName: 'consents',
  properties: {
    userId: p.uuid().primary(),
    clientId: p.string().primary(),
    scopes: p.array<string>(),
    grantedAt: p.datetime(),
  },
});

/** What a person agreed to tell a client. */
export class Consent extends ConsentSchema.class {}

ConsentSchema.setClass(Consent);
