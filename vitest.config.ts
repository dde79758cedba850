import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit and integration',
          include: ['{idp,operator,charts}/**/*.test.ts'],
          exclude: ['**/*.cluster.test.ts', '**/node_modules/**'],
          setupFiles: ['idp/testing/patience.setup.ts'],
          globalSetup: [
            'idp/testing/postgres.setup.ts',
            'idp/testing/web.setup.ts',
            'charts/permiso/tests/helm.setup.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['{operator,charts}/**/*.cluster.test.ts'],
          setupFiles: ['idp/testing/patience.setup.ts'],
          globalSetup: [
            'idp/testing/postgres.setup.ts',
            'idp/testing/web.setup.ts',
            'operator/testing/cluster.setup.ts',
            'charts/permiso/tests/helm.setup.ts',
          ],
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          exclude: ['e2e/cluster/**', '**/node_modules/**'],
          globalSetup: ['e2e/chromium.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As in patience.setup.ts: a busy machine is slow, not wrong.
    expect: { poll: { timeout: 15_000, interval: 100 } },
    reporters: ['default', ['json', { outputFile: '.cache/tests.json' }]],
  },
});
