export const GROUPS = `
create table groups (
  id uuid primary key,
  name text not null unique,
  display_name text not null,
  declared_members text[],
  members_are_exact boolean not null,
  custom_claims jsonb not null,
  owner text not null,
  owner_uid text,
  directory_id text unique,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (directory_id is null or owner = 'ldap')
);
create index groups_declared_members on groups using gin (declared_members);

create table group_members (
  group_id uuid not null references groups on delete cascade,
  user_id uuid not null references users on delete cascade,
  from_directory boolean not null default false,
  primary key (group_id, user_id)
);
comment on column group_members.from_directory is 'whether the directory put the person there, and so takes them out again';
create index group_members_user_id on group_members (user_id);

create view memberships as
  select g.id as group_id, u.id as user_id
    from users u join groups g on g.declared_members @> array[u.username]
  union
  select m.group_id, m.user_id
    from group_members m join groups g on g.id = m.group_id
   where g.declared_members is null or not g.members_are_exact;
comment on view memberships is 'who is in which group: declared by name (a name may come later), or added by hand';`;
