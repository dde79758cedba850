import { First } from './0001-first.ts';

/** In order. A migration that has landed is never edited; the next one mends it. */
export const migrations = [First];
