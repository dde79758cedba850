export const API_KEYS = `
create table api_keys (
  id uuid primary key,
  token_hash text not null unique,
  user_id uuid not null references users on delete cascade,
  name text not null,
  scope text not null check (scope in ('read-only', 'full')),
  is_admin boolean not null,
  created_at timestamptz not null default now(),
  issued_at timestamptz not null default now(),
  expires_at timestamptz,
  warned_at timestamptz,
  last_used_at timestamptz
);
comment on column api_keys.is_admin is 'whether its owner was an administrator when it was issued: no key gains what its owner could not do then';
comment on column api_keys.issued_at is 'when the present token was told: at creation, or at the last renewal';
create index api_keys_user_id on api_keys (user_id);
create index api_keys_expires_at on api_keys (expires_at);`;
