import { vi } from 'vitest';

const PATIENCE_MS = 15_000;

const { waitFor } = vi;

/** A busy machine is slow, not wrong: who waits for something to happen and names no time waits this long. */
vi.waitFor = (callback, options = PATIENCE_MS) => waitFor(callback, options);
