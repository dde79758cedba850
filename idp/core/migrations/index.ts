import { First } from './0001-first.ts';

/**
 * In order. A migration that was released is never edited; the next one mends it.
 *
 * Pods of the version before run on while and after a migration runs, and a rollback brings them back for good. So a
 * version only **expands**: new tables, columns that may be null or have a default, wider types, checks as "not valid".
 * What nobody needs any more, it stops using; the version after that one **contracts**: drops, renames, "not null". What
 * fills a column goes in batches beside the requests, and an index on a table that grows is made concurrently.
 */
export const migrations = [{ name: '0001-first', class: First }];
