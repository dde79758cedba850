export const PEOPLE = `
create table users (
  id uuid primary key,
  username text not null unique check (username = lower(username)),
  display_name text not null,
  email text not null,
  email_verified boolean not null default false,
  language text check (language in ('en', 'de', 'fr')),
  picture text references images,
  is_admin boolean not null default false,
  disabled_at timestamptz,
  custom_claims jsonb not null default '[]',
  owner text not null,
  directory_id text unique,
  left_directory_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (directory_id is null or owner = 'ldap'),
  check (left_directory_at is null or disabled_at is not null)
);
comment on column users.directory_id is 'what never changes of the entry in the directory that this account comes from';
comment on column users.left_directory_at is 'when the directory alone disabled it, so that the directory may enable it again';
create unique index users_email on users (lower(email));
create index users_picture on users (picture) where picture is not null;

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
  created_by uuid references users on delete cascade,
  expires_at timestamptz not null,
  usage_limit integer check (usage_limit > 0),
  uses integer not null default 0,
  groups text[] not null,
  revoked_at timestamptz,
  created_at timestamptz not null,
  check (usage_limit is null or uses <= usage_limit),
  check (email is null or usage_limit = 1),
  check (created_by is not null or email is not null)
);
comment on column invites.created_by is 'null when the mailbox itself asked for it, where sign-up is open';
comment on column invites.email is 'the mailbox that alone got the link, so that using it proves the mailbox';
create index invites_expires_at on invites (expires_at);`;
