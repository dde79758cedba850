import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Repeats the attempt until it does not throw, and passes on its last complaint when time is up. */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  timeoutMs = 30_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() > deadline) {
        const complaint = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`after ${timeoutMs} ms still: ${complaint}`, { cause });
      }
      await sleep(POLL_MS);
    }
  }
}
