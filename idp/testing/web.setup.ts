import { join } from 'node:path';
import { build } from 'vite';

/** The pages as a person gets them. */
export default async function setup(): Promise<void> {
  await build({ root: join(import.meta.dirname, '../web'), logLevel: 'error' });
}
