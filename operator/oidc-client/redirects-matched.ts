import { isRegistered, type RedirectMismatch } from '#core';
import type { Note } from '../runtime/events.ts';
import type { Aspect } from '../runtime/reconciler.ts';

/** So long after the last mismatch it is old news. */
const DAY_MS = 24 * 3_600_000;

const LONGEST_SHOWN = 512;

export interface RedirectsJudgement {
  aspect: Aspect;
  notes: Note[];
  nextRun?: Date;
}

/**
 * Whether somebody asked lately to be answered where the client is not. It names no time, so that the same mistake
 * made again is no news.
 */
export function judgeRedirects(
  callbackUrls: string[],
  mismatch: RedirectMismatch | null,
  now: Date,
): RedirectsJudgement {
  const until = mismatch && new Date(mismatch.at.getTime() + DAY_MS);
  if (!until || until <= now || isRegistered(mismatch.redirectUri, callbackUrls)) {
    const message = 'nobody asked for a callback URL that is not registered, for a day';
    const aspect = {
      type: 'RedirectsMatched',
      status: 'True',
      reason: 'Matched',
      message,
    } as const;
    return { aspect, notes: [] };
  }
  const reason = 'RedirectURIMismatch';
  const message = explain(mismatch.redirectUri);
  return {
    aspect: { type: 'RedirectsMatched', status: 'False', reason, message },
    notes: [{ type: 'Warning', reason, text: message }],
    nextRun: until,
  };
}

/** Anybody may have sent it, so this must not talk anybody into registering it. */
function explain(redirectUri: string): string {
  const shown =
    redirectUri.length > LONGEST_SHOWN ? `${redirectUri.slice(0, LONGEST_SHOWN)}…` : redirectUri;
  return `a sign-in was refused, because it asked to be answered at ${JSON.stringify(shown)}, which is not among callbackURLs; if that is an address of this application, add it letter for letter, else somebody tried in vain`;
}
