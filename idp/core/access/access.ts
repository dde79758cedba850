import type { EntityManager } from '@mikro-orm/postgresql';
import { type CustomClaim, toClaims } from '../custom-claim/custom-claim.rules.ts';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';

/** The person as tokens describe them, read together with the decision so that both are of one moment. */
export interface AuthorisedPerson {
  id: string;
  username: string;
  displayName: string;
  email: string;
  emailVerified: boolean;
  groups: string[];

  /** What the person and their groups have besides, for ID token and userinfo. */
  customClaims: Record<string, unknown>;
}

interface Row {
  id: string;
  username: string;
  display_name: string;
  email: string;
  email_verified: boolean;
  disabled: boolean;
  client_name: string;
  access_mode: 'everyone' | 'groups' | 'nobody';
  access_groups: string[];
  groups: string[];

  own_claims: CustomClaim[];

  /** Of all groups, in the order of their names. */
  group_claims: CustomClaim[];
}

/**
 * May this person use this client, now? Asked at every grant and never cached. Doubt closes: a group that
 * vanished opens nothing, and an unknown person or client is nobody and nothing.
 */
export async function decideAccess(
  em: EntityManager,
  userId: string,
  clientId: string,
): Promise<AuthorisedPerson | Refusal> {
  const row = await read(em, userId, clientId);
  if (!row) {
    return new Refusal('not_found', 'This account or application no longer exists');
  }
  return refusalOf(row) ?? toPerson(row);
}

async function read(em: EntityManager, userId: string, clientId: string): Promise<Row | undefined> {
  const [row] = await query<Row>(
    em,
    `select u.id, u.username, u.display_name, u.email, u.email_verified, u.disabled_at is not null as disabled,
            u.custom_claims as own_claims,
            c.name as client_name, c.access_mode, c.access_groups,
            array(select g.name from memberships m join groups g on g.id = m.group_id
                  where m.user_id = u.id order by g.name) as groups,
            coalesce((select jsonb_agg(claim order by g.name, place)
                      from memberships m join groups g on g.id = m.group_id,
                           jsonb_array_elements(g.custom_claims) with ordinality as custom (claim, place)
                      where m.user_id = u.id), '[]') as group_claims
     from users u, clients c where u.id = $1 and c.id = $2`,
    [userId, clientId],
  );
  return row;
}

function refusalOf(row: Row): Refusal | null {
  if (row.disabled) {
    return new Refusal('user_disabled', `The account "${row.username}" is disabled`);
  }
  if (row.access_mode === 'nobody') {
    return new Refusal('client_closed', `${row.client_name} is closed to everyone at the moment`);
  }
  if (
    row.access_mode === 'groups' &&
    !row.access_groups.some((name) => row.groups.includes(name))
  ) {
    return new Refusal(
      'not_in_groups',
      `${row.client_name} is open to certain groups only, and the account "${row.username}" is in none of them`,
    );
  }
  return null;
}

function toPerson(row: Row): AuthorisedPerson {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    emailVerified: row.email_verified,
    groups: row.groups,
    // A person's own wins over a group's, and between groups that of the alphabetical first.
    customClaims: toClaims([...row.own_claims, ...row.group_claims]),
  };
}

export interface OpenApplication {
  id: string;
  name: string;
  launchUrl: string | null;
  logoUrl: string | null;
}

/** The applications a person may open, by name: the same question as above, asked for all clients at once. */
export async function listApplications(
  em: EntityManager,
  userId: string,
): Promise<OpenApplication[]> {
  return query<OpenApplication>(
    em,
    `select c.id, c.name, c.launch_url as "launchUrl", c.logo_url as "logoUrl" from clients c
     where 'authorization_code' = any(c.grant_types)
       and (c.access_mode = 'everyone' or (c.access_mode = 'groups' and exists (
         select 1 from memberships m join groups g on g.id = m.group_id
         where m.user_id = $1 and g.name = any(c.access_groups))))
     order by lower(c.name), c.id`,
    [userId],
  );
}
