import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  define: { __VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    pool: 'forks',
    // Most tests wait for processes of their own; with one core left free, two would be one worker.
    maxWorkers: Math.max(2, availableParallelism()),
    // Of use for what hangs alone: a machine that does six other things at once is slow, not wrong.
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
})
