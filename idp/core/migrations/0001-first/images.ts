export const IMAGES = `
create table images (
  name text primary key,
  type text not null check (type in ('png', 'jpeg', 'webp')),
  bytes bytea not null,
  recorded_at timestamptz not null
);
comment on table images is 'by the hash of what they show; one that nothing refers to is removed after an hour';`;
