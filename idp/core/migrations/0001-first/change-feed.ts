export const CHANGE_FEED = `
create function announce_change() returns trigger language plpgsql as $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('registry', json_build_object(
    'table', tg_table_name,
    'key', changed ->> tg_argv[0],
    'owner', changed ->> 'owner',
    'actor', coalesce(nullif(current_setting('permiso.actor', true), ''), 'admin'),
    'epoch', nullif(current_setting('permiso.epoch', true), ''))::text);
  return null;
end $$;
create trigger announce_change after insert or update or delete on clients
  for each row execute function announce_change('id');
create trigger announce_change after insert or update or delete on groups
  for each row execute function announce_change('name');
create trigger announce_change after insert or update or delete on users
  for each row execute function announce_change('username');
create trigger announce_change after insert or update or delete on settings
  for each row execute function announce_change('key');
create trigger announce_change after insert or update or delete on client_secrets
  for each row execute function announce_change('client_id');
create trigger announce_change after insert on mails
  for each row execute function announce_change('id');
create trigger announce_change after insert or update of state on directory_syncs
  for each row execute function announce_change('state');
create trigger announce_change after insert on backchannel_logouts
  for each row execute function announce_change('client_id');
create trigger announce_change after insert or update or delete on redirect_mismatches
  for each row execute function announce_change('client_id');
create trigger announce_change after insert or update or delete on signing_keys
  for each row execute function announce_change('id');`;
