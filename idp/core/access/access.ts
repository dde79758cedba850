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

  /** The name of an image. */
  picture: string | null;
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
  picture: string | null;
  reason: AccessReason;
  client_name: string;
  groups: string[];

  own_claims: CustomClaim[];

  /** Of all groups, in the order of their names. */
  group_claims: CustomClaim[];
}

/** Why somebody may open a client, or why not. */
export type AccessReason =
  | 'open_to_everyone'
  | 'in_groups'
  | 'user_disabled'
  | 'client_closed'
  | 'not_in_groups';

/** Here it is decided, and nowhere else, of `u` and `c` of the tables below. What nobody foresaw is closed. */
export const REASON = `case
  when u.disabled_at is not null then 'user_disabled'
  when c.access_mode = 'nobody' then 'client_closed'
  when c.access_mode = 'everyone' then 'open_to_everyone'
  when c.access_mode = 'groups' and c.access_groups && p.groups then 'in_groups'
  else 'not_in_groups' end`;

/** `offset 0` keeps PostgreSQL from looking the groups up again for every client. */
export const PERSON_AND_CLIENTS = `users u
  cross join lateral (
    select array(select g.name from memberships m join groups g on g.id = m.group_id
                 where m.user_id = u.id order by g.name) as groups offset 0) p
  cross join clients c`;

/** Those at which a person signs in, and not only a program. */
export const SIGNS_PEOPLE_IN = `c.grant_types && array['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']`;

export function isOpen(reason: AccessReason): boolean {
  return reason === 'open_to_everyone' || reason === 'in_groups';
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
    `select u.id, u.username, u.display_name, u.email, u.email_verified, u.picture,
            u.custom_claims as own_claims,
            c.name as client_name, p.groups, ${REASON} as reason,
            coalesce((select jsonb_agg(claim order by g.name, place)
                      from memberships m join groups g on g.id = m.group_id,
                           jsonb_array_elements(g.custom_claims) with ordinality as custom (claim, place)
                      where m.user_id = u.id), '[]') as group_claims
     from ${PERSON_AND_CLIENTS} where u.id = $1 and c.id = $2`,
    [userId, clientId],
  );
  return row;
}

/** In words for the person whom it concerns. */
export function refusalOf({
  reason,
  username,
  client_name: client,
}: Pick<Row, 'reason' | 'username' | 'client_name'>): Refusal | null {
  switch (reason) {
    case 'open_to_everyone':
    case 'in_groups':
      return null;
    case 'user_disabled':
      return new Refusal('user_disabled', `The account "${username}" is disabled`);
    case 'client_closed':
      return new Refusal('client_closed', `${client} is closed to everyone at the moment`);
    case 'not_in_groups':
      return new Refusal(
        'not_in_groups',
        `${client} is open to certain groups only, and the account "${username}" is in none of them`,
      );
  }
}

function toPerson(row: Row): AuthorisedPerson {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    emailVerified: row.email_verified,
    picture: row.picture,
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

/** The applications a person may open, by name: the same decision, of all clients at once. */
export async function listApplications(
  em: EntityManager,
  userId: string,
): Promise<OpenApplication[]> {
  return query<OpenApplication>(
    em,
    `select c.id, c.name, c.launch_url as "launchUrl", c.logo_url as "logoUrl" from ${PERSON_AND_CLIENTS}
     where u.id = $1 and 'authorization_code' = any(c.grant_types)
       and ${REASON} in ('open_to_everyone', 'in_groups')
     order by lower(c.name), c.id`,
    [userId],
  );
}
