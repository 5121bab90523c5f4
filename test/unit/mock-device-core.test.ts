import { describe, expect, it } from 'vitest'
import { DeviceCore, type DeviceOptions } from '../../mock/device-core.ts'
import type { DeviceLine } from '../../mock/device-lines.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import { withCrc } from '../../src/protocol/crc.ts'

const START_US = 1_700_000_000e6

function device(options: Partial<DeviceOptions> = {}): DeviceCore {
  return new DeviceCore({
    feed: new ScenarioFeed('normal', 7),
    startUs: START_US,
    intervalMs: 1000,
    boot: 41,
    ...options,
  })
}

function make(core: DeviceCore, count: number): DeviceLine[] {
  return Array.from({ length: count }, () => core.next()).flat()
}

function ask(core: DeviceCore, line: unknown, nowUs = 0): string[] {
  const text = typeof line === 'string' ? line : JSON.stringify(line)
  return core.obey(Buffer.from(text), nowUs).map((each) => each.text)
}

/** The line without its CRC, which is checked. */
function bare(text: string): unknown {
  expect(['crc_error', 'malformed']).not.toContain(decodeLine(Buffer.from(text)).kind)
  const { crc, ...rest } = JSON.parse(text) as Record<string, unknown>
  expect(crc).toMatch(/^[0-9A-F]{4}$/)
  return rest
}

describe('sample lines', () => {
  it('have the members of contract 2.1 in its order, and a right CRC', () => {
    const [line] = make(device(), 1)
    expect(line?.text).toMatch(
      /^\{"v":[\d.]+,"a":[\d.]+,"w":[\d.]+,"ts":1700000000,"seq":0,"status":"ok","mode":"NORMAL","crc":"[0-9A-F]{4}"\}$/,
    )
    expect(withCrc(line?.text.replace(/,"crc.*/, '}') ?? '')).toBe(line?.text)
  })

  it('are bare with plain frames, and there is no hello', () => {
    const core = device({ plain: true })
    expect(core.hello()).toEqual([])
    expect(make(core, 1)[0]?.text).toMatch(/"mode":"NORMAL"\}$/)
    // Nor does a plain sketch listen.
    expect(ask(core, { cmd: 'hello', seq: 1 })).toEqual([])
    expect(core.overlong()).toEqual([])
  })

  it('are numbered across 2^32 and can be sent again there', () => {
    const core = device({ firstSeq: 0xffffffff })
    const lines = make(core, 3)
    expect(lines.map((line) => line.seq)).toEqual([0xffffffff, 0, 1])
    expect(ask(core, { nack: [0xffffffff, 0] })).toHaveLength(2)
  })

  it('are spaced exactly, however many: start + n times interval', () => {
    const core = device({ intervalMs: 1000 / 3 })
    const times = make(core, 3001).map((line) => (JSON.parse(line.text) as { ts: number }).ts)
    expect(times[1]).toBe(1700000000.333)
    expect(times[3000]).toBe(1700001000)
  })

  it('get finer times where they come faster than one a millisecond', () => {
    const times = make(device({ intervalMs: 0.25 }), 3).map(
      (line) => /"ts":([\d.]+)/.exec(line.text)?.[1],
    )
    expect(times).toEqual(['1700000000', '1700000000.00025', '1700000000.0005'])
  })
})

describe('hello', () => {
  it('says what is agreed, and what the next sample is', () => {
    const core = device()
    make(core, 5)
    expect(ask(core, { cmd: 'hello', seq: 9 }).map(bare)).toEqual([
      {
        hello: 'ina219',
        fw: 'mock',
        proto: 1,
        boot: 41,
        seq: 5,
        depth: 128,
        interval: 1000,
        shunt: 0.1,
        range: 32,
        amax: 3.2,
        avg: 1,
        bits: 12,
        addr: 64,
        baud: 115200,
        mode: 'stream',
        name: 'mock:normal',
        zero: 0,
        gain: 1,
        outputs: { A: false, B: false, C: false, D: false },
      },
      { ack: 9, result: 'ok' },
    ])
  })
})

describe('commands', () => {
  it.each([
    [{ cmd: 'set_interval', value: 500 }, 'ok'],
    [{ cmd: 'set_interval', value_ms: 500 }, 'ok'],
    [{ cmd: 'set_interval', value: 0 }, 'ok'],
    [{ cmd: 'set_interval', value: -1 }, 'range'],
    [{ cmd: 'set_interval', value: 3_600_001 }, 'range'],
    [{ cmd: 'set_interval', value: '500' }, 'range'],
    [{ cmd: 'set_interval' }, 'range'],
    [{ cmd: 'set_time', value: 1.8e9 }, 'ok'],
    [{ cmd: 'set_time', value: 1.8e12 }, 'ok'],
    [{ cmd: 'set_time', value: 5 }, 'range'],
    [{ cmd: 'set_range', value: 16 }, 'ok'],
    [{ cmd: 'set_range', value: 16, shunt_mv: 40 }, 'ok'],
    [{ cmd: 'set_range', value: 26 }, 'range'],
    [{ cmd: 'set_range', value: 16, shunt_mv: 50 }, 'range'],
    [{ cmd: 'set_averaging', value: 128 }, 'ok'],
    [{ cmd: 'set_averaging', value: 3 }, 'range'],
    [{ cmd: 'set_averaging', value: 1, bits: 9 }, 'ok'],
    [{ cmd: 'set_averaging', value: 1, bits: 8 }, 'range'],
    [{ cmd: 'set_mode', value: 'poll' }, 'ok'],
    [{ cmd: 'set_mode', value: 'sleep' }, 'range'],
    [{ cmd: 'set_threshold', value: 1.5 }, 'ok'],
    [{ cmd: 'set_threshold', value: 1.5, low: 2 }, 'range'],
    [{ cmd: 'set_threshold', value: null }, 'ok'],
    [{ cmd: 'set_shunt', value: 0.01, amax: 10 }, 'ok'],
    [{ cmd: 'set_shunt', value: 0 }, 'range'],
    [{ cmd: 'set_baud', value: 500_000 }, 'ok'],
    [{ cmd: 'set_baud', value: 7 }, 'range'],
    [{ cmd: 'save' }, 'ok'],
    [{ cmd: 'defaults' }, 'ok'],
    [{ cmd: 'explode' }, 'unknown'],
    [{ cmd: 'constructor' }, 'unknown'],
  ])('%j is answered with %s', (command, result) => {
    const [answer] = ask(device(), { ...command, seq: 124 })
    expect(bare(answer ?? '')).toEqual(
      result === 'ok' ? { ack: 124, result: 'ok' } : { nack: 124, error: result },
    )
  })

  it.each([
    ['no JSON', 'hello?', { nack: null, error: 'syntax' }],
    ['no object', '[1]', { nack: null, error: 'syntax' }],
    ['no number', '{"cmd":"hello"}', { nack: null, error: 'syntax' }],
    ['a number that is none', '{"cmd":"hello","seq":-1}', { nack: null, error: 'syntax' }],
    ['a command that is no text', '{"cmd":1,"seq":3}', { nack: 3, error: 'syntax' }],
    ['a wrong CRC', '{"cmd":"hello","seq":1,"crc":"0000"}', { nack: null, error: 'crc' }],
    ['a line too long', `{"cmd":"${'x'.repeat(600)}","seq":1}`, { nack: null, error: 'overlong' }],
    ['a range that is none', '{"nack":[]}', { nack: null, error: 'syntax' }],
    ['a range without its brackets', '{"nack":1}', { nack: null, error: 'syntax' }],
    ['a range of one number', '{"nack":[1]}', { gone: [1, 1] }],
    [
      'a range longer than the ring, all of it gone',
      '{"nack":[1000,2000000]}',
      { gone: [1000, 2000000] },
    ],
    ['a range that wraps', '{"nack":[5,3]}', { gone: [5, 3] }],
  ])('refuses %s', (_what, line, expected) => {
    expect(ask(device(), line).map(bare)).toEqual([expected])
  })

  it('takes a line with a right CRC, and an acknowledgement without a word', () => {
    const core = device()
    expect(ask(core, withCrc('{"cmd":"save","seq":1}')).map(bare)).toEqual([
      { ack: 1, result: 'ok' },
    ])
    expect(ask(core, '{"ack":3}')).toEqual([])
    expect(ask(core, '')).toEqual([])
  })

  it('answers a repeated number the same and does not obey again', () => {
    const core = device()
    const first = ask(core, { cmd: 'set_interval', value: 500, seq: 1 })
    expect(ask(core, { cmd: 'set_interval', value: 900, seq: 1 })).toEqual(first)
    expect(core.settings.intervalMs).toBe(500)
    expect(core.counts).toMatchObject({ commands: 1, repeated: 1 })
    const refused = ask(core, { cmd: 'set_interval', value: -1, seq: 2 })
    expect(ask(core, { cmd: 'set_interval', value: 700, seq: 2 })).toEqual(refused)
    for (let seq = 3; seq < 11; seq++) ask(core, { cmd: 'save', seq })
    // Long forgotten: a new command may have this number again.
    ask(core, { cmd: 'set_interval', value: 900, seq: 1 })
    expect(core.settings.intervalMs).toBe(900)
  })

  it('reads one sample on demand, in poll mode too', () => {
    const core = device()
    ask(core, { cmd: 'set_mode', value: 'poll', seq: 1 })
    expect(core.nextDueUs).toBeNull()
    const [sample, ack] = ask(core, { cmd: 'read', seq: 2 }, 2_500_000).map(bare)
    expect(sample).toMatchObject({ seq: 0, ts: 1700000002.5 })
    expect(ack).toEqual({ ack: 2, result: 'ok' })
    // Answered afresh.
    expect(bare(ask(core, { cmd: 'read', seq: 2 }, 3e6)[0] ?? '')).toMatchObject({ seq: 1 })
  })

  it('changes the interval from the last sample on, never into the past', () => {
    const core = device()
    make(core, 3)
    ask(core, { cmd: 'set_interval', value: 500, seq: 1 }, 2_100_000)
    expect(core.nextDueUs).toBe(2_500_000)
    ask(core, { cmd: 'set_interval', value: 50, seq: 2 }, 2_200_000)
    expect(core.nextDueUs).toBe(2_200_000)
    make(core, 2)
    expect(core.nextDueUs).toBe(2_300_000)
    // Every conversion: two of 532 µs; with averaging, as often.
    ask(core, { cmd: 'set_interval', value: 0, seq: 3 }, 2_250_000)
    expect(core.nextDueUs).toBe(2_251_064)
    make(core, 1000)
    const lastUs = 2_251_064 + 999 * 1064
    ask(core, { cmd: 'set_averaging', value: 4, seq: 4 }, lastUs + 10)
    expect(core.nextDueUs).toBe(lastUs + 4256)
  })

  it('sets the time of the samples that follow', () => {
    const core = device()
    make(core, 2)
    ask(core, { cmd: 'set_time', value: 1800000000.25, seq: 1 }, 1_500_000)
    // Half a second later.
    expect(bare(make(core, 1)[0]?.text ?? '')).toMatchObject({ ts: 1800000000.75 })
  })

  it('clips at a smaller range', () => {
    const core = device({ feed: new ScenarioFeed('burst', 1) })
    ask(core, { cmd: 'set_range', value: 16, shunt_mv: 40, seq: 1 })
    expect(bare(make(core, 1)[0]?.text ?? '')).toMatchObject({ a: 0.4, status: 'clip' })
  })

  it('notes when a threshold is passed, once each way', () => {
    const core = device({ feed: new ScenarioFeed('burst', 1) })
    ask(core, { cmd: 'set_threshold', value: 0.5, seq: 1 })
    const notes = make(core, 20)
      .filter((line) => line.seq === null)
      .map((line) => bare(line.text))
    expect(notes).toEqual([
      { type: 'status', message: 'threshold: a has reached 0.5 A' },
      { type: 'status', message: 'threshold: a is below 0.475 A again' },
      { type: 'status', message: 'threshold: a has reached 0.5 A' },
      { type: 'status', message: 'threshold: a is below 0.475 A again' },
    ])
  })

  it('latches, and waits for as many conversions as it was told', () => {
    const notes = (threshold: object, intervalMs: number): number => {
      const core = device({ feed: new ScenarioFeed('burst', 1), intervalMs })
      ask(core, { cmd: 'set_threshold', value: 0.5, ...threshold, seq: 1 })
      return make(core, 20_000 / intervalMs).filter((line) => line.seq === null).length
    }
    expect(notes({ latch: true }, 1000)).toBe(1)
    // A sample stands for all the conversions of its interval: 940, and 94.
    expect(notes({ conversions: 255 }, 1000)).toBe(4)
    const long = device({ feed: new ScenarioFeed('burst', 1), intervalMs: 100 })
    const above = make(long, 200).map(({ text }) => (JSON.parse(text) as { a: number }).a >= 0.5)
    const onsets = above.filter((is, i) => is && !above[i - 1] && above[i + 1] && above[i + 2])
    expect(onsets.length).toBeGreaterThan(0)
    expect(notes({ conversions: 255, latch: true }, 100)).toBe(1)
    expect(notes({ conversions: 255 }, 100)).toBeLessThanOrEqual(2 * onsets.length)
  })

  it('opens an output above its cut-off, until set_output, and keeps what it is told to', () => {
    const core = device({ feed: new ScenarioFeed('burst', 1) })
    ask(core, { cmd: 'set_output', value: { A: true, B: true }, keep: true, seq: 1 })
    ask(core, { cmd: 'set_cutoff', value: { output: 'A', above: 0.5 }, seq: 2 })
    const states = (lines: readonly { seq: number | null; text: string }[]): unknown[] =>
      lines.filter((line) => line.seq === null).map((line) => bare(line.text))
    const opened = { A: false, B: true, C: false, D: false }
    expect(states(make(core, 20))).toEqual([
      { outputs: opened },
      { type: 'status', message: 'output cut off' },
    ])
    expect(JSON.parse(core.hello()[0]?.text ?? '')).toMatchObject({ outputs: opened, keep: true })
    ask(core, { cmd: 'set_output', value: { A: true }, seq: 3 })
    expect(states(make(core, 20))).toHaveLength(2)
    ask(core, { cmd: 'save', seq: 4 })
    expect(JSON.parse(core.reset()[0]?.text ?? '')).toMatchObject({ outputs: opened })
  })

  it('judges anew by a new threshold', () => {
    const core = device()
    const read = (seq: number) => ask(core, { cmd: 'read', seq }, 1e6).map(bare)
    ask(core, { cmd: 'set_mode', value: 'poll', seq: 1 })
    const [sample] = read(2) as { v: number }[]
    const value = (sample?.v as number) / 2
    for (const seq of [10, 20]) {
      ask(core, { cmd: 'set_threshold', value, quantity: 'v', seq })
      expect(read(seq + 1)[1]).toMatchObject({ type: 'status' })
      expect(read(seq + 2)[1]).toMatchObject({ ack: seq + 2 })
    }
  })

  it('notes a threshold that is just reached, in poll mode too', () => {
    const read = (core: DeviceCore, seq: number) => ask(core, { cmd: 'read', seq }, 1e6).map(bare)
    const [twin, core] = [device(), device()]
    for (const each of [twin, core]) ask(each, { cmd: 'set_mode', value: 'poll', seq: 1 })
    const [sample] = read(twin, 2) as { a: number }[]
    ask(core, { cmd: 'set_threshold', value: sample?.a, seq: 3 })
    expect(read(core, 4)[1]).toMatchObject({ type: 'status' })
  })
})

describe('sending again', () => {
  it('sends the same bytes with r:1, in order, each once', () => {
    const core = device()
    const lines = make(core, 10)
    const again = core.obey(Buffer.from('{"nack":[3,5]}'), 0)
    expect(again.map((line) => line.seq)).toEqual([3, 4, 5])
    for (const line of again) {
      const original = lines.find((each) => each.seq === line.seq)?.text ?? ''
      expect(line.text).toBe(withCrc(`${original.replace(/,"crc.*/, '')},"r":1}`))
    }
    expect(core.counts).toMatchObject({ nacks: 1, resends: 3, gone: 0 })
  })

  it('says what is no longer, and not yet, there: one line a range', () => {
    const core = device()
    make(core, 200)
    const past = ask(core, { nack: [70, 74] })
    expect(bare(past[0] ?? '')).toEqual({ gone: [70, 71] })
    expect(past.slice(1).map((text) => (JSON.parse(text) as { seq: number }).seq)).toEqual([
      72, 73, 74,
    ])
    const future = ask(core, { nack: [198, 202] })
    expect(future).toHaveLength(3)
    expect(bare(future[2] ?? '')).toEqual({ gone: [200, 202] })
  })
})

describe('reset', () => {
  it('counts the boot, forgets what is not saved, and lets the numbering go on', () => {
    const core = device()
    make(core, 4)
    ask(core, { cmd: 'set_interval', value: 500, seq: 1 })
    ask(core, { cmd: 'save', seq: 2 })
    ask(core, { cmd: 'set_averaging', value: 8, seq: 3 })
    const [hello] = core.reset()
    expect(bare(hello?.text ?? '')).toMatchObject({
      boot: 42,
      seq: 4,
      first: 4,
      interval: 500,
      avg: 1,
    })
    expect(ask(core, { nack: [0, 3] }).map(bare)).toEqual([{ gone: [0, 3] }])
    // Its memory of commands is gone, too.
    ask(core, { cmd: 'set_interval', value: 900, seq: 1 })
    expect(core.settings.intervalMs).toBe(900)
    expect(make(core, 1)[0]?.seq).toBe(4)
  })

  it('changes no sample after it', () => {
    const [a, b] = [device(), device()]
    make(a, 50)
    make(b, 20)
    b.reset()
    make(b, 30)
    expect(make(b, 20)).toEqual(make(a, 20))
  })
})
