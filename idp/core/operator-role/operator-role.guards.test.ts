import { describe, expect } from 'vitest';
import { addClientSecret } from '../client/client-secret.registry.ts';
import { raiseFence } from '../fence/fence.ts';
import { actAs } from '../owner/actor.ts';
import { ADMIN } from '../owner/owner.ts';
import { query } from '../query.ts';
import { operatorTest as test, WIKI } from '../testing/operator.ts';

const OUTSIDE = 'without the newest epoch of the fence';

describe("under the operator's role the database refuses", () => {
  test.for(['clients', 'groups', 'settings'])(
    'a change of %s by anybody but a resource',
    async (table, { operate }) => {
      for (const actor of [ADMIN, 'ldap', 'somebody'] as const) {
        await expect(operate(`update ${table} set updated_at = now()`, actor)).rejects.toThrow(
          `may not change ${table} in any other name than a resource's`,
        );
      }
    },
  );

  test.for([
    `insert into audit_events (at, event, actor, details) values (now(), 'x', '${WIKI}', '{}')`,
    `update client_secrets set expires_at = now() where client_id = 'wiki'`,
    `update clients set name = 'late' where id = 'wiki'`,
    `insert into group_members select group_id, user_id from memberships`,
    `update federated_issuers set keys = '[]'`,
    `delete from groups where name = 'editors'`,
    `insert into resources (kind, namespace, name, ready, reason, message, updated_at)
     values ('Group', 'apps', 'staff', true, '', '', now())
     on conflict (kind, namespace, name) do update set updated_at = now()`,
    `update settings set value = '{}'`,
  ])('without the newest epoch: %s', async (sql, { operate, asOperator: { database } }) => {
    const changeIn = (epoch: string) =>
      database.em.fork().transactional(async (tx) => {
        await query(tx, `select set_config('permiso.epoch', $1, true)`, [epoch]);
        return actAs(tx, WIKI, (acting) => query(acting, sql));
      });

    await expect(operate(sql)).resolves.toEqual([]);
    const newest = await raiseFence(database.em.fork());
    await expect(changeIn('')).rejects.toThrow(OUTSIDE);
    await expect(changeIn(`${newest - 1}`)).rejects.toThrow(OUTSIDE);
    await expect(changeIn(`${newest}`)).resolves.toEqual([]);
  });

  test('a fence of the role’s own making', async ({ operate, asOperator: { database } }) => {
    const rename = `update clients set name = 'x' where id = 'wiki'`;
    const forged = database.em.fork().transactional(async (tx) => {
      await query(tx, 'create temp table operator_fence as select 7 as epoch');
      await query(tx, `select set_config('permiso.epoch', '7', true)`);
      await actAs(tx, WIKI, (acting) => query(acting, rename));
    });

    await expect(forged).rejects.toThrow(OUTSIDE);
    await expect(operate(rename)).resolves.toEqual([]);
  });

  test.for<[string, string]>([
    ['a change of a client', `update clients set name = 'x' where id = 'web'`],
    ['the end of a client', `delete from clients where id = 'web'`],
    ['a change of a group', `update groups set declared_members = '{eve}' where name = 'staff'`],
  ])("%s that is an administrator's, and is not taken over", async ([, sql], { operate }) => {
    await expect(operate(sql)).rejects.toThrow("that is an administrator's");
  });

  test.for<[string, string, string]>([
    [
      'a secret of a client that no resource declares',
      `insert into client_secrets values (gen_random_uuid(), 'web', 'x', 'declared', now())`,
      'of a client that no resource declares',
    ],
    [
      'a secret in the name of an administrator',
      `insert into client_secrets values (gen_random_uuid(), 'wiki', 'x', 'web', now())`,
      'of a client that no resource declares',
    ],
    [
      'the end of a secret that an administrator made',
      `update client_secrets set expires_at = now() where source = 'web'`,
      'that an administrator made',
    ],
    [
      'a member of a group that no resource declares',
      `insert into group_members select id, gen_random_uuid() from groups where name = 'staff'`,
      'of a group that no resource declares',
    ],
    [
      'an audit event in the name of a person',
      `insert into audit_events (at, event, actor, details) values (now(), 'x', 'user:1', '{}')`,
      "in any other name than a resource's",
    ],
  ])('%s', async ([, sql, sentence], { em, operate }) => {
    await addClientSecret(em, 'web', 'web');

    await expect(operate(sql)).rejects.toThrow(sentence);
  });
});
