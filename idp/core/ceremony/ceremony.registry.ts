import type { EntityManager } from '@mikro-orm/postgresql';
import { Refusal } from '../errors.ts';
import { query } from '../query.ts';
import type { CeremonyKind } from './ceremony.entity.ts';

const LIFETIME_SECONDS = 5 * 60;

export interface BeginCeremony {
  kind: CeremonyKind;
  challenge: string;
  browserHash: string;
  details?: Record<string, unknown>;
}

export async function beginCeremony(em: EntityManager, ceremony: BeginCeremony): Promise<void> {
  await query(
    em,
    `insert into ceremonies (challenge, kind, browser_hash, details, expires_at)
     values ($1, $2, $3, $4::jsonb, now() + make_interval(secs => $5))`,
    [
      ceremony.challenge,
      ceremony.kind,
      ceremony.browserHash,
      JSON.stringify(ceremony.details ?? {}),
      LIFETIME_SECONDS,
    ],
  );
}

/**
 * Takes the challenge away and says what it was for. Single use whatever comes of the answer: the row is
 * deleted before anything is verified, and two answers at once meet at the delete.
 */
export async function consumeCeremony(
  em: EntityManager,
  answer: { kind: CeremonyKind; challenge: string; browserHash: string },
): Promise<{ details: Record<string, unknown> }> {
  const [row] = await query<{
    kind: string;
    browser_hash: string;
    details: Record<string, unknown>;
    alive: boolean;
  }>(
    em,
    'delete from ceremonies where challenge = $1 returning kind, browser_hash, details, expires_at > now() as alive',
    [answer.challenge],
  );
  if (!row?.alive || row.kind !== answer.kind || row.browser_hash !== answer.browserHash) {
    throw new Refusal(
      'ceremony_expired',
      'This passkey request has expired or was already used. Please try again',
    );
  }
  return { details: row.details };
}
