export const MAIL = `
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
