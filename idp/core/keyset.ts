import { InvalidInput } from './errors.ts';

/**
 * Where a page of a sorted list ended, as a text to hand out: what the last row was sorted by, and its key. Not an
 * offset, which would skip and repeat rows when others come and go meanwhile.
 */
function toCursor([sortedBy, key]: [string, string]): string {
  return Buffer.from(JSON.stringify([sortedBy, key])).toString('base64url');
}

/** Null begins at the beginning. */
export function readCursor(cursor: string | undefined): [string | null, string | null] {
  if (!cursor) {
    return [null, null];
  }
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(position) && position.length === 2 && position.every(isText)) {
      return position as [string, string];
    }
  } catch {
    // Said below, for all that nobody handed out.
  }
  throw new InvalidInput('after', 'There is no such page: take "next" of the page before');
}

/** PostgreSQL knows no text with a zero in it. */
function isText(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0');
}

/** What `ilike` finds it by, wherever it stands. */
export function toPattern(search: string): string {
  return `%${search.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`;
}

/** One more row was asked for than is on a page: whether there is more shows in that. */
export function toPage<Row>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => [string, string],
): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: last && rows.length > limit ? toCursor(positionOf(last)) : null };
}
