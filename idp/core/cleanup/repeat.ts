import { setTimeout as sleep } from 'node:timers/promises';

export interface Repetition {
  everyMs: number;
  signal: AbortSignal;
  onError(error: unknown): void;
}

/** Does the work now and then again and again until the signal ends it; the rests differ, so that replicas spread. */
export async function repeat(
  work: () => Promise<void>,
  { everyMs, signal, onError }: Repetition,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch(onError);
    const rest = everyMs * (0.9 + Math.random() * 0.2);
    await sleep(rest, undefined, { signal }).catch(() => {});
  }
}
