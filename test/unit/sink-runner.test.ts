import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { DeadLetters } from '../../src/sinks/dead-letters.ts'
import { type Batch, type Sink, SinkFailure } from '../../src/sinks/sink.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { SinkRunner } from '../../src/sinks/sink-runner.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'

let file: string
/** Pauses that were waited for, ms; nobody sleeps. */
let pauses: number[]
let nowMs: number

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  pauses = []
  nowMs = 0
})

/** The other side: takes what it is told to take, in order. */
class Target implements Sink {
  readonly mostSamples: number = 2000
  readonly seqs: (number | null)[] = []
  readonly sizes: number[] = []
  opened = 0
  /** What the next calls fail with; null: they succeed. */
  readonly troubles: (Error | null)[] = []
  refuses: (seq: number | null) => boolean = () => false

  async open(): Promise<void> {
    this.opened++
  }

  async send({ samples }: Batch): Promise<void> {
    const trouble = this.troubles.shift() ?? null
    if (trouble !== null) throw trouble
    const bad = samples.find(({ seq }) => this.refuses(seq))
    if (bad !== undefined) throw new SinkFailure('refused', `${bad.seq} is no good`)
    this.sizes.push(samples.length)
    this.seqs.push(...samples.map(({ seq }) => seq))
  }

  async close(): Promise<void> {}
}

/** @param isStuck whether what is waited for now never ends */
function runnerFor(sink: Sink, isStuck = () => false): SinkRunner {
  const log = new SinkLog(file, 'other')
  onTestFinished(() => log.close())
  const plan = { kind: 'influx' as const, name: 'x', target: 'x', keepBytes: 1e9, settings: {} }
  return new SinkRunner({
    plan,
    sink,
    cursor: new SinkCursor(log, 'x', 1e9),
    file,
    isOnce: true,
    clock: { monoMs: () => nowMs, wallMs: () => 1e12 + nowMs },
    random: () => 1,
    // A deadline that nobody needs is not waited for; a pause passes at once.
    pause: async (ms, signal) => {
      if (ms === 30_000 && !isStuck()) {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ended')))
        })
      }
      pauses.push(ms)
      nowMs += ms
    },
  })
}

const away = new SinkFailure('unreachable', 'no route')
const order = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('a sink gets everything once, in order', () => {
  test('in large batches while it catches up, and its place is stored', async () => {
    makeLog(file, series(4700, 1000))
    const target = new Target()
    const runner = runnerFor(target)
    await runner.run()
    expect(target.seqs).toEqual(order(4700))
    expect(target.sizes).toEqual([2000, 2000, 700])
    expect(runner.status).toMatchObject({ state: 'ended', samples: 4700, queued: 0, records: 1 })
    makeLog(file, series(10, 1000, 4700))
    const next = new Target()
    await runnerFor(next).run()
    expect(next.seqs).toEqual(order(4710).slice(4700))
  })

  test('with pauses of 1, 2, 4 … 60 s while it is away', async () => {
    makeLog(file, series(10, 1000))
    const target = new Target()
    target.troubles.push(...Array.from({ length: 8 }, () => away))
    const runner = runnerFor(target)
    await runner.run()
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000))
    expect(target.seqs).toEqual(order(10))
    expect(target.opened).toBe(9)
    expect(runner.status.lastError).toMatchObject({ text: 'no route' })
    expect(runner.status.traffic).toMatchObject({ failures: 8, batches: 1 })
  })

  test('in smaller batches over a line that is too slow for large ones', async () => {
    makeLog(file, series(4700, 1000))
    const target = new Target()
    const send = target.send.bind(target)
    let isStuck = false
    target.send = async (batch) => {
      isStuck = batch.samples.length > 200
      if (isStuck) await new Promise(() => {})
      // As long as it takes them.
      nowMs += batch.samples.length * 100
      await send(batch)
    }
    const open = target.open.bind(target)
    target.open = () => {
      isStuck = false
      return open()
    }
    await runnerFor(target, () => isStuck).run()
    expect(target.seqs).toEqual(order(4700))
    // 2000, 500 and 125 at first; none again that would get stuck.
    expect(Math.max(...target.sizes)).toBe(125)
    expect(target.opened).toBe(3)
  })

  test('a fault that nobody thought of is tried again, too', async () => {
    makeLog(file, series(3, 1000))
    const target = new Target()
    target.troubles.push(new TypeError('x is undefined'))
    await runnerFor(target).run()
    expect(target.seqs).toEqual([0, 1, 2])
  })
})

describe('rows that are refused', () => {
  const letters = (): { row: { seq: number }; reason: string }[] =>
    readFileSync(`${file}.refused-x.ndjson`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('are found, set aside and counted, and hold up no other', async () => {
    makeLog(file, series(1000, 1000))
    const target = new Target()
    target.refuses = (seq) => seq === 0 || seq === 137 || seq === 999
    const runner = runnerFor(target)
    await runner.run()
    expect(target.seqs).toEqual(order(1000).filter((seq) => !target.refuses(seq)))
    expect(letters().map(({ row, reason }) => [row.seq, reason])).toEqual([
      [0, '0 is no good'],
      [137, '137 is no good'],
      [999, '999 is no good'],
    ])
    expect(runner.status).toMatchObject({ samples: 997, refused: 3, queued: 0 })
    expect(pauses).toEqual([])
  })

  test('a stretch at the begin of a batch is set aside as well', async () => {
    makeLog(file, series(300, 1000))
    const target = new Target()
    target.refuses = (seq) => (seq ?? 0) < 40
    await runnerFor(target).run()
    expect(new Set(target.seqs)).toEqual(new Set(order(300).slice(40)))
    expect(letters()).toHaveLength(40)
  })

  test('where nothing is taken, nothing is set aside', async () => {
    makeLog(file, series(1000, 1000))
    const target = new Target()
    // As if the table of samples had another shape, until somebody puts that right; records are taken.
    let attempts = 0
    target.refuses = () => ++attempts < 200
    const runner = runnerFor(target)
    await runner.run()
    expect([...new Set(target.seqs)].sort((a, b) => Number(a) - Number(b))).toEqual(order(1000))
    expect(existsSync(`${file}.refused-x.ndjson`)).toBe(false)
    expect(runner.status.refused).toBe(0)
    expect(pauses.length).toBeGreaterThan(2)
  })

  test('that are too old are counted once, however often they were sent', async () => {
    makeLog(file, series(100, 1000))
    const target = new Target()
    const bad = new SinkFailure('refused', 'one is no good')
    const expired = new SinkFailure('partly', 'beyond retention', undefined, {
      expired: { samples: 7, records: 1 },
      stripped: [],
    })
    // The batch, twice, its first half, its second half; then all of it again.
    target.troubles.push(bad, bad, expired, away, expired)
    const runner = runnerFor(target)
    await runner.run()
    expect(runner.status).toMatchObject({ refused: 8, samples: 93, records: 0, queued: 0 })
    const lines = readFileSync(`${file}.refused-x.ndjson`, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).rows)).toEqual([8])
  })

  test('a lone one is set aside after three attempts', async () => {
    makeLog(file, series(1, 1000))
    const target = new Target()
    target.refuses = () => true
    const runner = runnerFor(target)
    await runner.run()
    expect(letters()).toMatchObject([{ row: { seq: 0 }, reason: '0 is no good' }])
    expect(runner.status).toMatchObject({ samples: 0, refused: 1 })
  })
})

describe('batches that overlap', () => {
  /** Takes several at once; each is acknowledged when the test says so, or with the next one. */
  class Overlapping extends Target {
    override readonly mostSamples: number = 500
    readonly mostBatches = 3
    most = 0
    #underWay = 0

    override async send(batch: Batch): Promise<void> {
      this.#underWay++
      this.most = Math.max(this.most, this.#underWay)
      // The ones behind it are on their way before it is answered.
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
      this.#underWay--
      await super.send(batch)
    }
  }

  test('are as many as the sink takes, in order, and none twice', async () => {
    makeLog(file, series(4700, 1000))
    const target = new Overlapping()
    const runner = runnerFor(target)
    await runner.run()
    expect(target.most).toBe(3)
    expect(target.seqs).toEqual(order(4700))
    expect(runner.status).toMatchObject({ samples: 4700, queued: 0, records: 1 })
    const next = new Target()
    await runnerFor(next).run()
    expect(next.seqs).toEqual([])
  })

  test('come again, all of them, when an earlier one has failed', async () => {
    makeLog(file, series(4700, 1000))
    const target = new Overlapping()
    target.troubles.push(null, away)
    const runner = runnerFor(target)
    await runner.run()
    expect([...new Set(target.seqs)]).toHaveLength(4700)
    // Whatever got there meanwhile, what came last of each is in order.
    const last = new Set([...target.seqs].reverse())
    expect([...last].reverse()).toEqual(order(4700))
    expect(runner.status).toMatchObject({ samples: 4700, queued: 0 })
  })

  test('come again behind rows that are refused, which are set aside once', async () => {
    makeLog(file, series(4700, 1000))
    const target = new Overlapping()
    target.refuses = (seq) => seq === 700 || seq === 1300
    const runner = runnerFor(target)
    await runner.run()
    expect(new Set(target.seqs).size).toBe(4698)
    expect(runner.status).toMatchObject({ samples: 4698, refused: 2, queued: 0 })
    expect(target.seqs.lastIndexOf(1000)).toBeGreaterThan(target.seqs.lastIndexOf(999))
    const lines = readFileSync(`${file}.refused-x.ndjson`, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).row.seq)).toEqual([700, 1300])
  })
})

test('rows of sinks whose names differ only in signs that no file name has go to files of their own', () => {
  const paths = ['x', 'a:b', 'a/b', 'a_b'].map((name) => new DeadLetters(file, name).path)
  expect(new Set(paths).size).toBe(4)
  expect(paths[0]).toBe(`${file}.refused-x.ndjson`)
  for (const path of paths) expect(path.slice(file.length)).toMatch(/^\.refused-[\w.~-]+\.ndjson$/)
})

test('what hangs is given up after 30 s and tried again', async () => {
  makeLog(file, series(5, 1000))
  const target = new Target()
  const send = target.send.bind(target)
  let calls = 0
  target.send = (batch) => (++calls === 1 ? new Promise<void>(() => {}) : send(batch))
  const log = new SinkLog(file, 'other')
  onTestFinished(() => log.close())
  const plan = { kind: 'influx' as const, name: 'x', target: 'x', keepBytes: 1e9, settings: {} }
  const runner = new SinkRunner({
    plan,
    sink: target,
    cursor: new SinkCursor(log, 'x', 1e9),
    file,
    isOnce: true,
    clock: { monoMs: () => nowMs, wallMs: () => nowMs },
    // Time passes as fast as anybody waits: after what is done at once.
    pause: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
        setImmediate(() => setImmediate(() => resolve(pauses.push(ms))))
      }),
  })
  await runner.run()
  expect(target.seqs).toEqual([0, 1, 2, 3, 4])
  expect(runner.status.lastError?.text).toBe('no answer within 30 s')
})

test('a run that is stopped sends what there is, once', async () => {
  makeLog(file, series(10, 1000))
  const target = new Target()
  target.troubles.push(away, away, away, away, away)
  const runner = runnerFor(target)
  runner.stop(1000)
  await runner.run()
  expect(target.seqs).toEqual([])
  await runnerFor(target).run()
  expect(target.seqs).toEqual(order(10))
})

test('a sink that does not answer is said to be waited for, long before it is given up', async () => {
  makeLog(file, series(5, 1000))
  const target = new Target()
  const asked = new Promise<void>((resolve) => {
    target.send = () => {
      resolve()
      return new Promise<void>(() => {})
    }
  })
  const runner = runnerFor(target)
  const ended = runner.run()
  await asked
  expect(runner.status).toMatchObject({ state: 'current', lastError: null })
  nowMs += 12_000
  expect(runner.status).toMatchObject({
    state: 'waiting',
    lastError: { text: 'no answer for 12 s', atMs: 1e12 },
  })
  runner.stop(0)
  await ended
})
