import { join } from 'node:path';
import { build } from 'vite';

/** The pages as a person gets them: vite asks the environment for whom it builds. */
export default async function setup(): Promise<void> {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({ root: join(import.meta.dirname, '../web'), logLevel: 'error' });
  process.env.NODE_ENV = NODE_ENV;
}
