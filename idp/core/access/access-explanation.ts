import type { EntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '../errors.ts';
import { readCursor, toPage, toPattern } from '../keyset.ts';
import { query } from '../query.ts';
import {
  type AccessReason,
  isOpen,
  PERSON_AND_CLIENTS,
  REASON,
  refusalOf,
  SIGNS_PEOPLE_IN,
} from './access.ts';

/** Why a person may open a client, or why not, for the administrator who is asked about it. */
export interface AccessExplanation {
  client: { id: string; name: string };
  mayOpen: boolean;
  reason: AccessReason;

  /** What the person is told; null where they are let in. */
  sentence: string | null;

  /** The groups to which the client is open, if it is open to groups only. */
  accessGroups: string[];

  /** Those of them that the person is in. */
  through: string[];

  /** Those of them that do not exist (any more): they open it to nobody. */
  missingGroups: string[];
}

interface Row extends Omit<AccessExplanation, 'client' | 'mayOpen' | 'sentence'> {
  id: string;
  username: string;
  client_name: string;
  sort: string;
}

const EXPLAIN = `
select u.username, c.id, c.name as client_name, lower(c.name) as sort, ${REASON} as reason,
       c.access_groups as "accessGroups",
       array(select opener from unnest(c.access_groups) as opener where opener = any(p.groups) order by 1) as through,
       array(select opener from unnest(c.access_groups) as opener
             where not exists (select from groups g where g.name = opener) order by 1) as "missingGroups"
from ${PERSON_AND_CLIENTS} where u.id = $1`;

/** The decision of `decideAccess`, taken apart. */
export async function explainAccess(
  em: EntityManager,
  userId: string,
  clientId: string,
): Promise<AccessExplanation> {
  const [row] = await query<Row>(em, `${EXPLAIN} and c.id = $2`, [userId, clientId]);
  if (!row) {
    throw new Refusal('not_found', 'There is no such user, or no such application');
  }
  return toExplanation(row);
}

export interface AccessQuery {
  /** Only what the person may open, or only what they may not. */
  mayOpen?: boolean | undefined;

  /** Part of the name or the id of a client. */
  search?: string | undefined;
  after?: string | undefined;
  limit: number;
}

/** The same of every client at which people sign in, by name. */
export async function listAccess(
  em: EntityManager,
  userId: string,
  { mayOpen, search = '', after, limit }: AccessQuery,
): Promise<{ applications: AccessExplanation[]; next: string | null }> {
  const rows = await query<Row>(
    em,
    `${EXPLAIN} and ${SIGNS_PEOPLE_IN}
       and ($2::boolean is null or $2 = (${REASON} in ('open_to_everyone', 'in_groups')))
       and (c.name ilike $3 or c.id ilike $3)
       and ($4::text is null or (lower(c.name), c.id) > ($4, $5))
     order by lower(c.name), c.id limit $6`,
    [userId, mayOpen ?? null, toPattern(search), ...readCursor(after), limit + 1],
  );
  const { rows: page, next } = toPage(rows, limit, ({ sort, id }) => [sort, id]);
  return { applications: page.map(toExplanation), next };
}

function toExplanation(row: Row): AccessExplanation {
  const { id, client_name: name, reason, accessGroups, through, missingGroups } = row;
  return {
    client: { id, name },
    mayOpen: isOpen(reason),
    reason,
    sentence: refusalOf(row)?.message ?? null,
    accessGroups,
    through,
    missingGroups,
  };
}
