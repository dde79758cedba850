import type { EntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '../errors.ts';
import { actAs } from '../owner/actor.ts';
import { query } from '../query.ts';
import { endEverything } from '../user/user-administration.registry.ts';
import type { DirectoryChange, DirectoryUser, UserVerb } from './directory.types.ts';
import { recordPeopleAudit } from './directory-audit.ts';
import { changeMembers, declareGroups, retireGroups } from './directory-group.registry.ts';
import { changePictures } from './directory-picture.registry.ts';
import { assertDirectorySyncHeld } from './directory-sync.registry.ts';

/**
 * Makes one batch of changes, in the name of the directory and only while the run is still held. Touches nothing that
 * is not the directory's, whatever the batch says. Says how many rows it changed.
 */
export async function applyDirectoryChange(
  em: EntityManager,
  run: string,
  change: DirectoryChange,
): Promise<number> {
  return em.fork().transactional((tx) =>
    actAs(tx, 'ldap', async (acting) => {
      await assertDirectorySyncHeld(acting, run);
      return apply(acting, change);
    }),
  );
}

/** The same for one person who is signing in, outside of any run. */
export async function applyToPerson(em: EntityManager, changes: DirectoryChange[]): Promise<void> {
  await em.fork().transactional((tx) =>
    actAs(tx, 'ldap', async (acting) => {
      for (const change of changes) {
        await apply(acting, change);
      }
    }),
  );
}

async function apply(tx: EntityManager, change: DirectoryChange): Promise<number> {
  switch (change.kind) {
    case 'create_users':
      return createUsers(tx, change.users);
    case 'update_users':
      return updateUsers(tx, change.users);
    case 'declare_groups':
      return declareGroups(tx, change.groups);
    case 'retire_groups':
      return retireGroups(tx, change.ids);
    case 'change_members':
      return changeMembers(tx, change.groups);
    case 'change_pictures':
      return changePictures(tx, change.pictures);
    default:
      return changeUsers(tx, change.kind, change.ids);
  }
}

/** Who took one of the names since the plan was made keeps it; the next plan lists the conflict. */
async function createUsers(tx: EntityManager, users: DirectoryUser[]): Promise<number> {
  const created = await query<{ id: string }>(
    tx,
    `insert into users (id, directory_id, username, display_name, email, owner, created_at, updated_at)
     select id, directory_id, username, display_name, email, 'ldap', now(), now() from ${RECORDS}
     on conflict do nothing returning id`,
    [toRecords(users)],
  );
  await recordPeopleAudit(tx, 'account_created', idsOf(created), { by: 'ldap' });
  return created.length;
}

/** An address that was confirmed is confirmed no more when it is another one. */
async function updateUsers(tx: EntityManager, users: DirectoryUser[]): Promise<number> {
  const before = await query<{ id: string }>(
    tx,
    `select u.id from users u join ${RECORDS} using (id) where u.owner = 'ldap' order by u.id for no key update of u`,
    [toRecords(users)],
  );
  await recordPeopleAudit(tx, 'account_changed', idsOf(before), { by: 'ldap' });
  const updated = await query(
    tx,
    `update users u set username = r.username, display_name = r.display_name, email = r.email, updated_at = now(),
            email_verified = u.email_verified and lower(u.email) = lower(r.email)
       from ${RECORDS} where u.id = r.id and u.owner = 'ldap' returning 1`,
    [toRecords(users)],
  );
  return updated.length;
}

const RECORDS = `jsonb_to_recordset($1::jsonb)
  as r (id uuid, directory_id text, username text, display_name text, email text)`;

function toRecords(users: DirectoryUser[]): string {
  return JSON.stringify(
    users.map(({ id, directoryId, username, displayName, email }) => ({
      id,
      directory_id: directoryId,
      username,
      display_name: displayName,
      email,
    })),
  );
}

const VERBS = {
  disable_users: {
    event: 'user_disabled',
    which: 'disabled_at is null',
    sql: 'update users set disabled_at = now(), left_directory_at = now(), updated_at = now()',
  },
  enable_users: {
    event: 'user_enabled',
    which: 'left_directory_at is not null',
    sql: 'update users set disabled_at = null, left_directory_at = null, updated_at = now()',
  },
  delete_users: { event: 'user_deleted', which: 'true', sql: 'delete from users' },
  promote_users: {
    event: 'user_promoted',
    which: 'not is_admin',
    sql: 'update users set is_admin = true, updated_at = now()',
  },
  demote_users: {
    event: 'user_demoted',
    which: 'is_admin',
    sql: 'update users set is_admin = false, updated_at = now()',
  },
} as const;

async function changeUsers(tx: EntityManager, verb: UserVerb, wanted: string[]): Promise<number> {
  const { event, which, sql } = VERBS[verb];
  // As for administrators: changes of administrators wait for each other here.
  const rows = await query<{ id: string; picked: boolean }>(
    tx,
    `select id, id = any($1) and owner = 'ldap' and ${which} as picked from users
      where is_admin or id = any($1) order by id for update`,
    [wanted],
  );
  const ids = idsOf(rows.filter(({ picked }) => picked));
  const before = await countAdmins(tx);
  await recordPeopleAudit(tx, event, ids, { by: 'ldap' });
  await query(tx, `${sql} where id = any($1)`, [ids]);
  if (before > 0 && (await countAdmins(tx)) === 0) {
    throw new Refusal(
      'last_administrator',
      'The directory would take away the last administrator. Make somebody else one first',
    );
  }
  if (verb === 'disable_users') {
    await endEverything(tx, ids);
  }
  return ids.length;
}

async function countAdmins(tx: EntityManager): Promise<number> {
  const sql = 'select count(*)::int as admins from users where is_admin and disabled_at is null';
  const [row] = await query<{ admins: number }>(tx, sql);
  return row?.admins ?? 0;
}

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
