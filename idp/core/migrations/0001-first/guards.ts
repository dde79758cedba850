export const GUARDS = `
create function refuse_foreign_change() returns trigger language plpgsql as $$
declare
  actor text := coalesce(nullif(current_setting('permiso.actor', true), ''), 'admin');
begin
  if tg_op <> 'INSERT' and old.owner not in ('admin', actor) then
    raise exception 'a row of % is declared by %, and % tried to change it', tg_table_name, old.owner, actor
      using errcode = 'insufficient_privilege';
  end if;
  if tg_op <> 'DELETE' and new.owner not in ('admin', actor) then
    raise exception '% tried to declare a row of % in the name of %', actor, tg_table_name, new.owner
      using errcode = 'insufficient_privilege';
  end if;
  if actor not in (coalesce(old.owner, new.owner), coalesce(new.owner, old.owner)) then
    raise exception '% tried to change a row of % that is an administrator''s, without taking it over', actor, tg_table_name
      using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $$;
create trigger refuse_foreign_change before insert or update or delete on clients
  for each row execute function refuse_foreign_change();
create trigger refuse_foreign_change before insert or update or delete on groups
  for each row execute function refuse_foreign_change();
create trigger refuse_foreign_change before insert or update or delete on settings
  for each row execute function refuse_foreign_change();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger refuse_change before update on audit_events for each row execute function refuse_change();
create trigger refuse_truncation before truncate on audit_events execute function refuse_change();

create function refuse_early_removal() returns trigger language plpgsql as $$
declare
  retention int := nullif(current_setting('permiso.audit_retention_days', true), '');
begin
  -- A day is the shortest retention there is: nothing younger goes, whatever the transaction says of itself.
  if retention is null or old.at > now() - make_interval(days => greatest(retention, 1)) then
    raise exception '% loses rows by their age alone', tg_table_name using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger refuse_early_removal before delete on audit_events
  for each row execute function refuse_early_removal();`;
