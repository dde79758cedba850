import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { AuditEventView } from '#api';
import { type AuditLogFilter, listAuditLog } from '#web/api/audit-log.ts';
import { Problem, toProblem } from '#web/problem.ts';

export type AuditLog = {
  filter: Signal<AuditLogFilter>;
  isFiltered: boolean;

  /** Null until the first answer. */
  events: Signal<AuditEventView[] | null>;
  next: Signal<string | null>;
  busy: Signal<boolean>;
  problem: Signal<Problem | null>;
  more: () => void;
};

const TYPING_MS = 250;

/** The log as far as it was asked for. An answer to a question that has changed meanwhile is not shown. */
export function useAuditLog(isAll: Signal<boolean>): AuditLog {
  const filter = useSignal<AuditLogFilter>({});
  const events = useSignal<AuditEventView[] | null>(null);
  const next = useSignal<string | null>(null);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const question = useRef(0);

  const load = async (before: string | null) => {
    question.current += 1;
    const asked = question.current;
    busy.value = true;
    const answer = await listAuditLog(isAll.value, filter.value, before).catch(toProblem);
    if (asked !== question.current) {
      return;
    }
    busy.value = false;
    problem.value = answer instanceof Problem ? answer : null;
    if (!(answer instanceof Problem)) {
      events.value = before ? [...(events.value ?? []), ...answer.events] : answer.events;
      next.value = answer.next;
    }
  };

  useEffect(() => {
    // Waits for the end of a word instead of asking at every letter.
    const timer = setTimeout(() => void load(null), events.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [isAll.value, filter.value]);

  const isFiltered = Object.values(filter.value).some(Boolean);
  return { filter, isFiltered, events, next, busy, problem, more: () => void load(next.value) };
}
