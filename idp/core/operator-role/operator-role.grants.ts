/**
 * All that the operator's own role may do, by table, in the words of GRANT: what is not here, it may not. Columns are
 * named where the rest of a row is none of its business: the hashes of secrets, and who people are. What it writes is
 * held by guards besides (migrations, `OPERATOR_GUARDS`), so a new table that it writes belongs there too.
 */
export const OPERATOR_GRANTS: Record<string, string> = {
  audit_events: 'insert',
  client_secrets:
    'select (id, client_id, source, created_at, expires_at), insert, update (expires_at), delete',
  clients: 'select, insert, update, delete',
  directory_syncs: 'select',
  federated_issuers: 'select, insert, update',
  group_members: 'insert',
  groups: 'select, insert, update, delete',
  memberships: 'select',
  mikro_orm_migrations: 'select',
  operator_fence: 'select, update (epoch)',
  redirect_mismatches: 'select',
  resources: 'select, insert, update, delete',
  // Passwords in them are sealed, by a key that the operator has for writing them.
  settings: 'select, insert, update',
  users: 'select (username)',
};

/** What it asks the database to find out, instead of reading. */
export const OPERATOR_FUNCTIONS = ['find_client_secret(text, text)'];
