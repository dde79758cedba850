export const OIDC = `
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
