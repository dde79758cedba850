import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Door } from '../testing/browser.ts';

const PROBE_MS = 100;

interface Failure {
  at: number;
  what: string;
}

/** What was asked, what went wrong, and when the database was away meanwhile. */
export class LoadReport {
  readonly #databaseUrl: string;
  readonly #durations: number[] = [];
  readonly #failed: Failure[] = [];
  readonly #outages: { from: number; to: number | null }[] = [];
  readonly #begun = Date.now();
  requests = 0;
  signIns = 0;
  lostSessions = 0;
  lostTokens = 0;
  doubleSpends = 0;
  races = 0;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** A door that counts, and says where the request came from. */
  measure(door: Door, address: string): Door {
    return {
      inject: async (request) => {
        const begun = performance.now();
        const at = Date.now();
        this.requests += 1;
        try {
          const headers = { ...request.headers, 'x-forwarded-for': address };
          const answer = await door.inject({ ...request, headers });
          if (answer.statusCode >= 500) {
            this.fail(`${answer.statusCode} ${pathOf(request.url)}`, at);
          }
          return answer;
        } catch (error) {
          const { cause, message } = error as Error & { cause?: { code?: string } };
          this.fail(`${cause?.code ?? message} ${pathOf(request.url)}`, at);
          throw error;
        } finally {
          this.#durations.push(performance.now() - begun);
        }
      },
    };
  }

  /** By when it was asked: an answer that waited for a dead connection says nothing about now. */
  fail(what: string, at = Date.now()): void {
    this.#failed.push({ at, what });
  }

  /** Asks PostgreSQL itself again and again, on a new connection each time. */
  async watchDatabase(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const asked = Date.now();
      const isThere = await this.#ask();
      const outage = this.#outages.at(-1);
      const isOut = outage?.to === null;
      if (!isThere && !isOut) {
        this.#outages.push({ from: asked, to: null });
      } else if (isThere && outage && isOut) {
        outage.to = Date.now();
      }
      await sleep(PROBE_MS);
    }
  }

  async #ask(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      connectionTimeoutMillis: 3_000,
      query_timeout: 3_000,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  }

  summary() {
    const sorted = this.#durations.toSorted((one, other) => one - other);
    const quantile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    const seconds = (Date.now() - this.#begun) / 1000;
    return {
      requests: this.requests,
      perSecond: Math.round(this.requests / seconds),
      p50: quantile(0.5),
      p99: quantile(0.99),
      longest: Math.round(sorted.at(-1) ?? 0),
      signIns: this.signIns,
      lostSessions: this.lostSessions,
      lostTokens: this.lostTokens,
      races: this.races,
      doubleSpends: this.doubleSpends,
      failed: this.#failed.length,
      failures: count(this.#failed.map(({ what }) => what)),
      firstFailure: this.#failed[0]?.at ?? null,
      lastFailure: this.#failed.at(-1)?.at ?? null,
      outages: this.#outages,
    };
  }
}

function pathOf(url: unknown): string {
  const path =
    String(url)
      .replace(/^https?:\/\/[^/]+/, '')
      .split('?')[0] ?? '';
  return path.replace(/[A-Za-z0-9_-]{20,}/, '…');
}

function count(entries: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of entries) {
    counts[entry] = (counts[entry] ?? 0) + 1;
  }
  return counts;
}
