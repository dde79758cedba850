import { defineConfig } from 'vitest/config';

/** `npm run e2e`: on a whole cluster, and so never a part of `npm test`. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    name: 'e2e on a cluster',
    include: ['e2e/cluster/*.e2e.ts'],
    globalSetup: ['e2e/chromium.setup.ts', 'e2e/cluster/cluster.setup.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
