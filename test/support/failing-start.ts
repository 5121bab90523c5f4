/** A monitor that fails between the opening of its log and its run. Argument: the log. */
import { processIo } from '../../src/app/io.ts'
import { runMonitor } from '../../src/app/runtime.ts'
import { END_SIGNALS } from '../../src/util/end-signals.ts'

const [path = ''] = process.argv.slice(2)
const stdout = {
  on: () => {
    throw new Error('a fault of ours')
  },
} as unknown as NodeJS.WriteStream
try {
  await runMonitor(
    {
      devices: [],
      log: { path, file: path, retainMs: 3_600_000 },
      keepTime: false,
      keepTotals: false,
      maxSamples: null,
      durationMs: 3_600_000,
      anomalies: false,
      output: { kind: 'none' },
      serve: null,
      onAlarm: [],
      summary: null,
      heartbeat: null,
      backup: null,
      sinks: [],
    },
    { ...processIo, stdout },
  )
} catch (error) {
  const handlers = END_SIGNALS.reduce((sum, signal) => sum + process.listenerCount(signal), 0)
  console.log(`${error instanceof Error ? error.message : ''}, ${handlers} handlers`)
}
