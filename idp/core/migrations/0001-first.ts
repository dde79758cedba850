import { Migration } from '@mikro-orm/migrations';
import { OPERATOR_GUARDS } from './0001-operator-guards.ts';

/** The registry, the OIDC records, and the database's own guards. */
export class First extends Migration {
  override name = '0001-first';

  override up(): void {
    for (const sql of [
      PEOPLE,
      CLIENTS,
      GROUPS,
      INSTANCE,
      MAIL,
      OIDC,
      GUARDS,
      OPERATOR_GUARDS,
      CHANGE_FEED,
    ]) {
      this.addSql(sql);
    }
  }
}

const PEOPLE = `
create table users (
  id uuid primary key,
  username text not null unique check (username = lower(username)),
  display_name text not null,
  email text not null,
  email_verified boolean not null default false,
  language text check (language in ('en', 'de', 'fr')),
  is_admin boolean not null default false,
  disabled_at timestamptz,
  custom_claims jsonb not null default '[]',
  owner text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index users_email on users (lower(email));

create table passkeys (
  id text primary key,
  user_id uuid not null references users on delete cascade,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  backup_eligible boolean not null,
  backed_up boolean not null,
  aaguid uuid not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_user_id on passkeys (user_id);

create table sessions (
  id uuid primary key,
  token_hash text not null unique,
  user_id uuid not null references users on delete cascade,
  method text not null,
  authenticated_at timestamptz not null,
  ends_at timestamptz not null,
  idle_seconds integer,
  expires_at timestamptz not null,
  ip text,
  user_agent text,
  created_at timestamptz not null,
  oidc jsonb not null default '{}',
  check (expires_at <= ends_at)
);
comment on column sessions.expires_at is 'ends_at, or sooner when nobody uses it for idle_seconds; each use moves it on';
comment on column sessions.oidc is 'what the OIDC layer remembers of the session: which client holds which grant';
create index sessions_user_id on sessions (user_id);
create index sessions_expires_at on sessions (expires_at);

create table known_browsers (
  user_id uuid not null references users on delete cascade,
  browser_hash text not null,
  last_used_at timestamptz not null default now(),
  primary key (user_id, browser_hash)
);
create index known_browsers_last_used_at on known_browsers (last_used_at);

create table ceremonies (
  challenge text primary key,
  kind text not null,
  browser_hash text not null,
  details jsonb not null,
  expires_at timestamptz not null
);
create index ceremonies_expires_at on ceremonies (expires_at);

create table login_links (
  id uuid primary key,
  token_hash text not null unique,
  user_id uuid not null references users on delete cascade,
  email text not null,
  expires_at timestamptz not null
);
create index login_links_user_id on login_links (user_id);
create index login_links_expires_at on login_links (expires_at);

create table email_verifications (
  user_id uuid primary key references users on delete cascade,
  token_hash text not null unique,
  email text not null,
  replaces text not null,
  expires_at timestamptz not null
);
comment on column email_verifications.replaces is 'the address of the account when it was asked: with another, the link is dead';
create index email_verifications_expires_at on email_verifications (expires_at);

create unlogged table rate_limits (
  key text primary key,
  attempts integer not null,
  expires_at timestamptz not null
);
create index rate_limits_expires_at on rate_limits (expires_at);
comment on table rate_limits is 'unlogged: a crash of the database forgets attempts of the last minutes and nothing else';

create table invites (
  id uuid primary key,
  token_hash text not null unique,
  email text,
  created_by uuid not null references users on delete cascade,
  expires_at timestamptz not null,
  usage_limit integer check (usage_limit > 0),
  uses integer not null default 0,
  groups text[] not null,
  revoked_at timestamptz,
  created_at timestamptz not null,
  check (usage_limit is null or uses <= usage_limit),
  check (email is null or usage_limit = 1)
);
comment on column invites.email is 'the mailbox that alone got the link, so that using it proves the mailbox';
create index invites_expires_at on invites (expires_at);`;

const CLIENTS = `
create table clients (
  id text primary key,
  name text not null,
  type text not null check (type in ('confidential', 'public')),
  callback_urls text[] not null,
  logout_callback_urls text[] not null,
  backchannel_logout_url text,
  launch_url text,
  logo_url text,
  grant_types text[] not null,
  pkce_required boolean not null,
  require_reauthentication boolean not null,
  require_pushed_authorization_requests boolean not null,
  skip_consent boolean not null,
  id_token_signing_alg text not null check (id_token_signing_alg in ('ES256', 'RS256', 'EdDSA')),
  access_token_lifetime integer,
  id_token_lifetime integer,
  refresh_token_lifetime integer,
  access_mode text not null check (access_mode in ('everyone', 'groups', 'nobody')),
  access_groups text[] not null,
  jwks jsonb,
  jwks_url text,
  federated_credentials jsonb not null,
  owner text not null,
  owner_uid text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (type = 'confidential' or pkce_required),
  check (jwks is null or jwks_url is null),
  check (type = 'confidential' or (jwks is null and jwks_url is null and federated_credentials = '[]')),
  check ((access_mode = 'groups') = (access_groups <> '{}'))
);
create index clients_federated_credentials on clients using gin (federated_credentials jsonb_path_ops);

create table federated_issuers (
  issuer text primary key,
  keys jsonb not null,
  changed_at timestamptz not null
);
comment on table federated_issuers is 'public keys of issuers that only the operator can ask: those of its cluster';

create table client_secrets (
  id uuid primary key,
  client_id text not null references clients on delete cascade,
  hash text not null,
  source text not null check (source in ('declared', 'web')),
  created_at timestamptz not null,
  expires_at timestamptz
);
create index client_secrets_client_id on client_secrets (client_id);
create index client_secrets_expires_at on client_secrets (expires_at) where expires_at is not null;

create table redirect_mismatches (
  client_id text primary key references clients on delete cascade,
  redirect_uri text not null check (length(redirect_uri) <= 2048),
  at timestamptz not null
);
comment on table redirect_mismatches is 'the newest callback of each client that was asked for and is not registered';

create table consents (
  user_id uuid not null references users on delete cascade,
  client_id text not null references clients on delete cascade,
  scopes text[] not null,
  granted_at timestamptz not null,
  primary key (user_id, client_id)
);
create index consents_client_id on consents (client_id);`;

const GROUPS = `
create table groups (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  declared_members text[],
  members_are_exact boolean not null,
  custom_claims jsonb not null,
  owner text not null,
  owner_uid text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index groups_declared_members on groups using gin (declared_members);

create table group_members (
  group_id uuid not null references groups on delete cascade,
  user_id uuid not null references users on delete cascade,
  primary key (group_id, user_id)
);
create index group_members_user_id on group_members (user_id);

create view memberships as
  select g.id as group_id, u.id as user_id
    from users u join groups g on g.declared_members @> array[u.username]
  union
  select m.group_id, m.user_id
    from group_members m join groups g on g.id = m.group_id
   where g.declared_members is null or not g.members_are_exact;
comment on view memberships is 'who is in which group: declared by name (a name may come later), or added by hand';`;

const INSTANCE = `
create table instance (
  id boolean primary key default true check (id),
  set_up_at timestamptz,
  bootstrap_code text,
  key_check text
);
insert into instance default values;

create table operator_fence (
  id boolean primary key default true check (id),
  epoch bigint not null default 0
);
insert into operator_fence default values;

create table settings (
  key text primary key,
  value jsonb not null,
  owner text not null,
  updated_at timestamptz not null
);

create table resources (
  kind text not null,
  namespace text not null,
  name text not null,
  spec jsonb,
  ready boolean not null,
  reason text not null,
  message text not null,
  updated_at timestamptz not null,
  primary key (kind, namespace, name)
);

create table audit_events (
  id bigint generated by default as identity primary key,
  at timestamptz(3) not null,
  event text not null,
  actor text not null,
  actor_name text,
  user_id uuid,
  user_name text,
  target text,
  ip text,
  user_agent text,
  request_id text,
  details jsonb not null
);
comment on table audit_events is 'without foreign keys and with names as they were: rows outlive whom and what they tell of';

create function audit_words(actor text, actor_name text, user_name text, target text, details jsonb) returns tsvector
  language sql immutable parallel safe return to_tsvector('simple', regexp_replace(
    actor || ' ' || coalesce(actor_name, '') || ' ' || coalesce(user_name, '') || ' ' || coalesce(target, '') || ' ' || details::text,
    '[^[:alnum:]]+', ' ', 'g'));

create index audit_events_at on audit_events (at, id);
create index audit_events_user_name on audit_events (user_name, at, id) where user_name is not null;
create index audit_events_actor_name on audit_events (actor_name, at, id) where actor_name is distinct from user_name;
create index audit_events_event on audit_events (event, at, id);
create index audit_events_target on audit_events (target, at, id) where target is not null;
create index audit_events_ip on audit_events (ip, at, id) where ip is not null;
create index audit_events_words on audit_events
  using gin (audit_words(actor, actor_name, user_name, target, details));`;

const MAIL = `
create table mails (
  id uuid primary key,
  key text not null unique,
  kind text not null,
  recipient text not null,
  user_id uuid references users on delete cascade,
  language text,
  sealed_values text,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz default now(),
  unsure boolean not null default false,
  answer text,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  check ((state = 'waiting') = (sealed_values is not null))
);
comment on column mails.key is 'names the news, so that it is told once';
comment on column mails.unsure is 'an attempt ended after the message and before the answer: it may have arrived';
create index mails_next_attempt_at on mails (next_attempt_at) where next_attempt_at is not null;
create index mails_created_at on mails (created_at);
create index mails_user_id on mails (user_id);`;

const OIDC = `
create table signing_keys (
  id text primary key,
  alg text not null,
  state text not null check (state in ('next', 'active', 'retiring')),
  private_jwk text not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz,
  check ((activated_at is null) = (state = 'next')),
  check ((retired_at is null) = (state <> 'retiring'))
);
create unique index signing_keys_active on signing_keys (alg) where state = 'active';
create unique index signing_keys_next on signing_keys (alg) where state = 'next';

create table oidc_records (
  id text primary key,
  model text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  user_code text,
  client_id text references clients on delete cascade,
  user_id uuid references users on delete cascade,
  session_id uuid references sessions on delete cascade,
  consumed_at timestamptz,
  expires_at timestamptz not null,
  network text
);
comment on column oidc_records.network is 'where somebody is who left the row without having proved who they are';
create index oidc_records_network on oidc_records (model, network, expires_at) where network is not null;
create index oidc_records_grant_id on oidc_records (grant_id) where grant_id is not null;
create unique index oidc_records_uid on oidc_records (uid) where uid is not null;
create unique index oidc_records_user_code on oidc_records (user_code) where user_code is not null;
create index oidc_records_client_id on oidc_records (client_id);
create index oidc_records_user_id on oidc_records (user_id);
create index oidc_records_session_id on oidc_records (session_id);
create index oidc_records_expires_at on oidc_records (expires_at);

create table backchannel_logouts (
  id uuid primary key default gen_random_uuid(),
  client_id text not null references clients on delete cascade,
  user_id uuid not null,
  sid text not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz default now(),
  last_error text,
  created_at timestamptz not null default now()
);
comment on column backchannel_logouts.next_attempt_at is 'null when it was given up';
create index backchannel_logouts_client_id on backchannel_logouts (client_id);
create index backchannel_logouts_next_attempt_at on backchannel_logouts (next_attempt_at);

create function queue_backchannel_logouts() returns trigger language plpgsql as $$
begin
  -- The lock makes us skip a client that is just being deleted, whose foreign key would refuse the end of the session.
  insert into backchannel_logouts (client_id, user_id, sid)
  select c.id, old.user_id, a.value ->> 'sid'
    from jsonb_each(old.oidc -> 'authorizations') a join clients c on c.id = a.key
   where c.backchannel_logout_url is not null and a.value ? 'sid'
     for key share of c;
  return null;
end $$;
comment on function queue_backchannel_logouts is 'however a session ends, short of its time, its applications hear of it';
create trigger queue_backchannel_logouts after delete on sessions for each row
  when (old.expires_at > now() and jsonb_typeof(old.oidc -> 'authorizations') = 'object')
  execute function queue_backchannel_logouts();`;

const GUARDS = `
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

const CHANGE_FEED = `
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
create trigger announce_change after insert on backchannel_logouts
  for each row execute function announce_change('client_id');
create trigger announce_change after insert or update or delete on redirect_mismatches
  for each row execute function announce_change('client_id');
create trigger announce_change after insert or update or delete on signing_keys
  for each row execute function announce_change('id');`;
