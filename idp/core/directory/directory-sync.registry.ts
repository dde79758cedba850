import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAudit } from '../audit/audit.registry.ts';
import { query } from '../query.ts';
import type { DirectorySync, DirectorySyncResult } from './directory.types.ts';

/** A replica that does not show itself for so long has gone, and another may begin. */
const HELD_SECONDS = 90;

/** After a failure it is tried again sooner than the interval says. */
const RETRY_SECONDS = 300;

/** Of what could not be used as many are kept as somebody may read. */
const MAX_LISTED = 200;

/** This run was given to another replica: nothing more may be written in its name. */
export class SyncLost extends Error {
  constructor() {
    super('another replica has taken over the synchronisation with the directory');
    this.name = 'SyncLost';
  }
}

/** Begins a run, unless one is under way. Any number of replicas may ask at once: one of them gets it. */
export async function beginDirectorySync(em: EntityManager, actor: string): Promise<string | null> {
  return em.transactional(async (tx) => {
    await query(
      tx,
      `update directory_syncs set state = 'failed', finished_at = now(), reason = 'Interrupted',
              message = 'the program that did it ended before it was done; what was done until then stands'
        where state = 'running' and held_until < now()`,
    );
    const [run] = await query<{ id: string }>(
      tx,
      `insert into directory_syncs (state, actor, held_until)
       values ('running', $1, now() + make_interval(secs => $2))
       on conflict (state) where state = 'running' do nothing returning id`,
      [actor, HELD_SECONDS],
    );
    return run?.id ?? null;
  });
}

/** Shows that the run goes on. */
export async function holdDirectorySync(em: EntityManager, id: string): Promise<void> {
  const held = await query(
    em,
    `update directory_syncs set held_until = now() + make_interval(secs => $2)
      where id = $1 and state = 'running' returning 1`,
    [id, HELD_SECONDS],
  );
  if (held.length === 0) {
    throw new SyncLost();
  }
}

/** In the transaction of a change: nobody takes the run over before the change is kept. */
export async function assertDirectorySyncHeld(tx: EntityManager, id: string): Promise<void> {
  const held = await query(
    tx,
    `select 1 from directory_syncs where id = $1 and state = 'running' for share`,
    [id],
  );
  if (held.length === 0) {
    throw new SyncLost();
  }
}

export async function finishDirectorySync(
  em: EntityManager,
  id: string,
  { state, reason, message, counts, skipped, conflicts }: DirectorySyncResult,
): Promise<void> {
  await em.transactional(async (tx) => {
    const [run] = await query<{ actor: string }>(
      tx,
      `update directory_syncs set state = $2, finished_at = now(), reason = $3, message = $4,
              counts = $5, skipped = $6, conflicts = $7
        where id = $1 and state = 'running' returning actor`,
      [
        id,
        state,
        reason,
        message,
        JSON.stringify({ ...counts, skipped: skipped.length, conflicts: conflicts.length }),
        JSON.stringify(skipped.slice(0, MAX_LISTED)),
        JSON.stringify(conflicts.slice(0, MAX_LISTED)),
      ],
    );
    // A run of the schedule that changes nothing would fill the log with lines that nobody reads.
    if (run && run.actor !== 'ldap') {
      const details = { code: reason ?? state, changed: counts };
      await recordAudit(tx, { event: 'directory_synced', actor: run.actor, details });
    }
  });
}

/** Runs, the newest first. */
export async function listDirectorySyncs(
  em: EntityManager,
  limit: number,
): Promise<DirectorySync[]> {
  return query(em, `${SELECT} order by id desc limit $1`, [limit]);
}

/** The last run that is over, and the last that read the directory to its end. */
export async function findLastDirectorySyncs(
  em: EntityManager,
): Promise<{ last: DirectorySync | null; lastSucceeded: DirectorySync | null }> {
  const rows = await query<DirectorySync>(
    em,
    `${SELECT} where id in ((select max(id) from directory_syncs where state <> 'running'),
                            (select max(id) from directory_syncs where state = 'succeeded')) order by id desc`,
  );
  const lastSucceeded = rows.find(({ state }) => state === 'succeeded') ?? null;
  return { last: rows[0] ?? null, lastSucceeded };
}

/** Whether the time of the next run has come: by the interval, after a failure, or because the settings are new. */
export async function isDirectorySyncDue(em: EntityManager): Promise<boolean> {
  const [due] = await query(
    em,
    `select 1 from settings s
      where s.key = 'ldap'
        and not exists (select from directory_syncs where state = 'running' and held_until >= now())
        and not exists (
          select from directory_syncs d
           where d.started_at >= s.updated_at and d.state <> 'running'
             and d.started_at > now() - make_interval(secs =>
                 case d.state when 'failed' then least((s.value ->> 'syncInterval')::int, $1)
                              else (s.value ->> 'syncInterval')::int end))`,
    [RETRY_SECONDS],
  );
  return due !== undefined;
}

const SELECT = `
select id, state, actor, started_at as "startedAt", finished_at as "finishedAt", reason, message, counts, skipped, conflicts
  from directory_syncs`;
