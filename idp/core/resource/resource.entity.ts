import { defineEntity, p } from '@mikro-orm/core';

const ResourceSchema = defineEntity({
  name: 'Resource',
  tableName: 'resources',
  properties: {
    kind: p.string().primary(),
    namespace: p.string().primary(),
    name: p.string().primary(),

    /** The last accepted spec: what a resource that is gone had declared, so that it can still be retired. Null: none was. */
    spec: p.json<unknown>().nullable(),
    ready: p.boolean(),
    reason: p.string(),
    message: p.string(),
    updatedAt: p.datetime(),
  },
});

/** What the operator last said of a resource; how the web pages, which see no cluster, can tell. */
export class Resource extends ResourceSchema.class {}

ResourceSchema.setClass(Resource);
