/** Runs the work once at a time; whoever asks while it runs gets one more run after it, however many ask. */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  const run = () => {
    next = null;
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) {
      return run();
    }
    next ??= running.then(run, run);
    return next;
  };
}
