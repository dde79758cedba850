export const CLIENTS = `
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
