import { defineEntity, p } from '@mikro-orm/core';
import type { Owner } from '../owner/owner.ts';

const SettingSchema = defineEntity({
  name: 'Setting',
  tableName: 'settings',
  properties: {
    key: p.string().primary(),
    value: p.json<unknown>(),
    owner: p.string().$type<Owner>(),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});

/** One page of instance-wide settings, as a whole owned by whoever declared it. */
export class Setting extends SettingSchema.class {}

SettingSchema.setClass(Setting);
