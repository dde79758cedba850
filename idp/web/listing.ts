import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Problem, toProblem } from '#web/problem.ts';

export type Page<Row> = { rows: Row[]; next: string | null };

export type Listing<Row> = {
  /** As far as they were asked for; null until the first answer. */
  rows: Row[] | null;
  hasMore: boolean;
  busy: boolean;
  problem: Problem | null;
  more: () => void;
  reload: () => void;
};

const TYPING_MS = 250;

/**
 * A list that is read page by page, and anew when the question changes: what is searched, filtered or sorted by. The
 * answer to a question that has changed meanwhile is not shown, and no question waits for the answer to another.
 */
export function useListing<Row>(
  question: string,
  read: (after: string | null) => Promise<Page<Row>>,
): Listing<Row> {
  const rows = useSignal<Row[] | null>(null);
  const next = useSignal<string | null>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const asked = useRef(0);

  const load = async (after: string | null) => {
    asked.current += 1;
    const mine = asked.current;
    busy.value = true;
    const answer = await read(after).catch(toProblem);
    if (mine !== asked.current) {
      return;
    }
    busy.value = false;
    problem.value = answer instanceof Problem ? answer : null;
    if (!(answer instanceof Problem)) {
      rows.value = after ? [...(rows.value ?? []), ...answer.rows] : answer.rows;
      next.value = answer.next;
    }
  };

  useEffect(() => {
    // Waits for the end of a word instead of asking at every letter.
    const timer = setTimeout(() => void load(null), rows.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [question]);

  return {
    rows: rows.value,
    hasMore: next.value !== null,
    busy: busy.value,
    problem: problem.value,
    more: () => void load(next.value),
    reload: () => void load(null),
  };
}
