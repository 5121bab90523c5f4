/** A sink of its URL in this process, over a real log, to the end of it. */

import type { SinkStatus } from '../../src/domain/sink-status.ts'
import { openSink } from '../../src/sinks/open-sink.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { SinkRunner } from '../../src/sinks/sink-runner.ts'
import type { CommittedSample, LogRecord } from '../../src/storage/read/commit-reader.ts'
import { BEGINNING, CommitReader } from '../../src/storage/read/commit-reader.ts'
import { systemClock } from '../../src/util/clock.ts'

export interface SinkRun {
  readonly runner: SinkRunner
  /** How it ended. */
  readonly ended: Promise<SinkStatus>
}

/** @param isOnce end as soon as all is sent */
export async function startSink(
  file: string,
  url: string,
  { isOnce = true, env = {} }: { isOnce?: boolean; env?: NodeJS.ProcessEnv } = {},
): Promise<SinkRun> {
  const plan = planSink(url, 1e9, env)
  const log = new SinkLog(file, 'other')
  const cursor = new SinkCursor(log, plan.name, plan.keepBytes)
  await cursor.begin()
  const sink = await openSink(plan)
  // Pauses are short: what is tested is what comes of a failure, not how long it is waited.
  const random = (): number => 0.02
  const runner = new SinkRunner({ plan, sink, cursor, file, isOnce, clock: systemClock, random })
  const run = async (): Promise<SinkStatus> => {
    await runner.run()
    const { status } = runner
    log.close()
    return status
  }
  return { runner, ended: run() }
}

/** Until all is sent. */
export async function sendAll(
  file: string,
  url: string,
  env: NodeJS.ProcessEnv = {},
): Promise<SinkStatus> {
  return (await startSink(file, url, { env })).ended
}

export interface LogContent {
  readonly log: string
  readonly samples: readonly CommittedSample[]
  readonly records: readonly LogRecord[]
}

/** All that a log has now. */
export function contentOf(file: string): LogContent {
  const reader = CommitReader.open(file)
  try {
    const samples: CommittedSample[] = []
    for (let cursor = BEGINNING; ; ) {
      const page = reader.since(cursor, 10_000)
      samples.push(...page.samples)
      cursor = page.cursor
      if (page.isComplete) break
    }
    return { log: reader.identity, samples, records: reader.records(0, 1e6).records }
  } finally {
    reader.close()
  }
}
