import type { TestProject } from 'vitest/node';
import { ensureHelm } from './helm.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a real Helm. */
    helm: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('helm', await ensureHelm(process.env));
}
