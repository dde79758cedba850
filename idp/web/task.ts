import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Problem, toProblem } from '#web/problem.ts';

export type Task = {
  busy: Signal<boolean>;
  problem: Signal<Problem | null>;
  run: (work: () => Promise<void>) => Promise<void>;
};

/** Something a button starts: one at a time, and what goes wrong is kept to be shown. */
export function useTask(): Task {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);

  const run = async (work: () => Promise<void>) => {
    if (busy.value) {
      return;
    }
    busy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (error) {
      problem.value = toProblem(error);
    } finally {
      busy.value = false;
    }
  };

  return { busy, problem, run };
}

export type Loaded<T> = {
  value: T | null;
  /** For what may be null although it was read. */
  isLoaded: boolean;
  problem: Problem | null;
  reload: () => void;
};

/** What a page reads when it opens. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const value = useSignal<T | null>(null);
  const isLoaded = useSignal(false);
  const problem = useSignal<Problem | null>(null);

  const reload = () => {
    problem.value = null;
    load().then(
      (loaded) => {
        value.value = loaded;
        isLoaded.value = true;
      },
      (error: unknown) => {
        problem.value = toProblem(error);
      },
    );
  };
  useEffect(reload, []);

  return { value: value.value, isLoaded: isLoaded.value, problem: problem.value, reload };
}
