/** What the operator writes, by its own role (operator-role.grants.ts). */
const WRITTEN = [
  'audit_events',
  'client_secrets',
  'clients',
  'federated_issuers',
  'group_members',
  'groups',
  'resources',
  'settings',
];

/** Written by statements that read the fence themselves, so that the epoch is known from their first row on. */
const SHOWS_EPOCH_ITSELF = new Set(['resources']);

/** Whoever could not lift the guards, that is: neither the owner of the tables nor a superuser. */
const IS_OPERATOR = `not has_table_privilege('clients'::regclass, 'trigger')`;

/**
 * What holds the operator's own role, and nobody else: it is told by the privileges of `current_user`, not by a setting
 * that a forgotten code path could miss. Conditions stand in WHEN, and functions are `begin atomic`: both are bound to
 * these tables when they are made, so that no table or search path of the role's own comes between.
 */
export const OPERATOR_GUARDS = `
create function is_behind_fence() returns boolean language sql begin atomic
  select true from operator_fence where epoch::text = current_setting('permiso.epoch', true) for share;
end;

create function acts_for_resource() returns boolean language sql stable begin atomic
  select current_setting('permiso.actor', true) like 'kubernetes:%';
end;

create function is_declared_client(client text) returns boolean language sql stable begin atomic
  select exists (select from clients where id = client and owner like 'kubernetes:%');
end;

create function is_declared_group(declared uuid) returns boolean language sql stable begin atomic
  select exists (select from groups where id = declared and owner like 'kubernetes:%');
end;

create function refuse_operator() returns trigger language plpgsql as $$
begin
  raise exception 'the role % of the operator may not change % %', current_user, tg_table_name, tg_argv[0]
    using errcode = 'insufficient_privilege';
end $$;
${WRITTEN.map(
  (table) => `
create trigger refuse_outside_fence before insert or update or delete on ${table}
  for each ${SHOWS_EPOCH_ITSELF.has(table) ? 'row' : 'statement'} when (${IS_OPERATOR} and is_behind_fence() is not true)
  execute function refuse_operator('without the newest epoch of the fence');`,
).join('')}
${['clients', 'groups', 'settings']
  .map(
    (table) => `
create trigger refuse_other_actor before insert or update or delete on ${table}
  for each statement when (${IS_OPERATOR} and acts_for_resource() is not true)
  execute function refuse_operator('in any other name than a resource''s');`,
  )
  .join('')}

create trigger refuse_other_actor before insert on audit_events
  for each row when (${IS_OPERATOR} and new.actor not like 'kubernetes:%')
  execute function refuse_operator('in any other name than a resource''s');
create trigger refuse_new_foreign_secret before insert on client_secrets
  for each row when (${IS_OPERATOR} and not (new.source = 'declared' and is_declared_client(new.client_id)))
  execute function refuse_operator('of a client that no resource declares');
create trigger refuse_foreign_secret before update or delete on client_secrets
  for each row when (${IS_OPERATOR} and old.source <> 'declared')
  execute function refuse_operator('that an administrator made');
create trigger refuse_foreign_member before insert on group_members
  for each row when (${IS_OPERATOR} and not is_declared_group(new.group_id))
  execute function refuse_operator('of a group that no resource declares');

create function find_client_secret(client text, hashed text) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select id from client_secrets where client_id = client and hash = hashed and expires_at is null limit 1;
end;
comment on function find_client_secret(text, text) is 'answers whether this is the hash of a secret, to a role that may not read hashes';
revoke execute on function find_client_secret(text, text) from public;`;
