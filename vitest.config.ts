import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests that keep to themselves: they need no process for each file, which costs more than they do. */
const ALONE = ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts']

export default defineConfig({
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/code-cache.ts'],
    setupFiles: ['test/support/after-tests.ts'],
    pool: 'forks',
    // Most tests wait for processes of their own.
    maxWorkers: availableParallelism() + 1,
    // Of use for what hangs alone: a machine that does six other things at once is slow, not wrong.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'parts', include: ALONE, isolate: false } },
      {
        extends: true,
        test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: ALONE },
      },
    ],
  },
})
