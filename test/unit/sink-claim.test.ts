import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { SinkStatus } from '../../src/domain/sink-status.ts'
import { Forwarder } from '../../src/sinks/forwarder.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import type { Batch, Sink } from '../../src/sinks/sink.ts'
import { SinkClaim } from '../../src/sinks/sink-claim.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import type { SinkPlan } from '../../src/sinks/sink-plan.ts'
import { isServed, readReport, reportText } from '../../src/sinks/sink-report.ts'
import { SinkRunner } from '../../src/sinks/sink-runner.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { statusOf } from '../support/sink-status.ts'

let file: string
let nowMs: number
const clock = { monoMs: () => nowMs, wallMs: () => 1e12 + nowMs }

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  nowMs = 0
  meanwhile = () => {}
  makeLog(file, series(100, 1000))
})

/** What happens while somebody waits; nobody sleeps. */
let meanwhile: () => void
const pause = async (): Promise<void> => meanwhile()

interface Process {
  readonly cursor: SinkCursor
  readonly claim: SinkClaim
  readonly status: (more?: Partial<SinkStatus>) => SinkStatus
}

/** As one that has the same number and host name as any other here: so do two containers. */
function processOf(run: string): Process {
  const log = new SinkLog(file, 'this process')
  onTestFinished(() => log.close())
  const cursor = new SinkCursor(log, 'x', null)
  const claim = new SinkClaim({ log, cursor, name: 'x', run, clock, pause })
  return { cursor, claim, status: (more) => statusOf({ name: 'x', atMs: clock.wallMs(), ...more }) }
}

test('a process with the same number and host name is another one', async () => {
  const [one, other] = [processOf('one'), processOf('other')]
  await one.claim.take(one.status())
  await expect(other.claim.take(other.status())).rejects.toMatchObject({ code: 'log_in_use' })
  await processOf('one').claim.take(one.status())
})

test('one that ends while another begins is waited for a moment', async () => {
  const [one, other] = [processOf('one'), processOf('other')]
  await one.claim.take(one.status())
  let ended: Promise<void> | null = null
  meanwhile = () => {
    ended ??= one.claim.end(one.status({ state: 'ended' }))
  }
  await other.claim.take(other.status())
  expect(ended).not.toBeNull()
})

test('one that was silent for 20 s finds out that another has taken over, and takes over again when that has ended', async () => {
  const [one, other] = [processOf('one'), processOf('other')]
  await one.claim.take(one.status())
  nowMs += 25_000
  await other.claim.take(other.status())
  const lost = {
    kind: 'denied',
    message: expect.stringMatching(/^process \d+ on .* sends this log/),
  }
  await expect(one.claim.renew(one.status)).rejects.toMatchObject(lost)
  // Not only when it asks: until it has it again.
  await expect(one.claim.renew(one.status)).rejects.toMatchObject(lost)
  await other.claim.renew(other.status)
  const batch = (await other.cursor.next(60)) as Batch
  await other.cursor.accept(batch)
  await other.claim.end(other.status({ state: 'ended' }))
  nowMs += 5000
  await one.claim.renew(one.status)
  expect((await one.cursor.next(1000))?.samples[0]?.seq).toBe(60)
})

test('its last word does not speak for the one that has taken over', async () => {
  const [one, other] = [processOf('one'), processOf('other')]
  await one.claim.take(one.status())
  nowMs += 25_000
  await other.claim.take(other.status())
  await one.claim.end(one.status({ state: 'ended' }))
  await expect(processOf('third').claim.take(one.status())).rejects.toThrow('already')
})

test('a runner that has lost its claim stops at once, and sends on from where the other was', async () => {
  const [one, other] = [processOf('one'), processOf('other')]
  await one.claim.take(one.status())
  let isStuck = true
  const seqs: (number | null)[] = []
  const sink: Sink = {
    mostSamples: 1000,
    open: async () => {},
    send: ({ samples }) => {
      if (isStuck) return new Promise<void>(() => {})
      seqs.push(...samples.map(({ seq }) => seq))
      return Promise.resolve()
    },
    close: async () => {},
  }
  const runner = new SinkRunner({
    plan: { kind: 'influx', name: 'x', target: 'x', keepBytes: null, settings: {} },
    ...{ sink, cursor: one.cursor, claim: one.claim, file, isOnce: true, clock },
    // The deadline is not waited for, and pauses pass at once.
    pause: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
        if (ms !== 30_000) setImmediate(resolve)
      }),
  })
  const ended = runner.run()
  await until('it sends', () => runner.status.state === 'current')
  nowMs += 25_000
  await other.claim.take(other.status())
  await runner.keepClaim()
  await until('it has stopped', () =>
    /sends this log to it/.test(runner.status.lastError?.text ?? ''),
  )
  expect(runner.status.state).toBe('waiting')
  isStuck = false
  const batch = (await other.cursor.next(60)) as Batch
  await other.cursor.accept(batch)
  expect(seqs).toEqual([])
  await other.claim.end(other.status({ state: 'ended' }))
  nowMs += 5000
  await ended
  expect(seqs).toEqual(
    series(100, 1000)
      .slice(60)
      .map(({ seq }) => seq),
  )
})

test('a process of another container can not be looked for by its number', () => {
  const status = statusOf({ atMs: 1e12 })
  const gone = { ...readReport(reportText(status, 'x')), pid: 2 ** 22 + 1 }
  expect(isServed({ ...gone, status } as never, 1e12)).toBe(false)
  const elsewhere = { ...gone, status, pids: 'pid:[1]' }
  expect(isServed(elsewhere as never, 1e12)).toBe(true)
})

test('who can not serve one of several sinks gives the others back', async () => {
  const plans = ['y', 'x'].map((name) =>
    planSink(`influx+http://127.0.0.1:1/?db=lab&name=${name}`, null, {}),
  )
  const open = (run: string, wanted: readonly SinkPlan[]): Promise<Forwarder> =>
    Forwarder.open({ file, owner: 'this process', plans: wanted, isOnce: false, run }, clock)
  const held = await open('one', plans.slice(1))
  onTestFinished(() => held.close())
  await expect(open('other', plans)).rejects.toMatchObject({ code: 'log_in_use' })
  const third = await open('third', plans.slice(0, 1))
  await third.close()
})
