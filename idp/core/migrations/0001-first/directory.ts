export const DIRECTORY = `
create table directory_syncs (
  id bigint generated always as identity primary key,
  state text not null check (state in ('running', 'succeeded', 'stopped', 'failed')),
  actor text not null,
  started_at timestamptz not null default now(),
  held_until timestamptz not null,
  finished_at timestamptz,
  reason text,
  message text,
  counts jsonb not null default '{}',
  skipped jsonb not null default '[]',
  conflicts jsonb not null default '[]',
  check ((state = 'running') = (finished_at is null))
);
create unique index directory_syncs_running on directory_syncs (state) where state = 'running';
create index directory_syncs_finished_at on directory_syncs (finished_at);
comment on column directory_syncs.held_until is 'a run whose replica no longer moves this on is over, and another may begin';

create function refuse_foreign_profile() returns trigger language plpgsql as $$
begin
  raise exception 'who "%" is is told by the directory, and somebody else tried to change it', old.username
    using errcode = 'insufficient_privilege';
end $$;
create trigger refuse_foreign_profile before update on users for each row
  when (old.owner = 'ldap' and coalesce(current_setting('permiso.actor', true), '') <> 'ldap'
        and (old.username, old.display_name, old.email, old.directory_id, old.owner)
            is distinct from (new.username, new.display_name, new.email, new.directory_id, new.owner))
  execute function refuse_foreign_profile();`;
