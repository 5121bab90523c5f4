import { describe, expect, it } from 'vitest'
import { outputWords } from '../../src/figures/output-words.ts'
import type { Answer } from '../../src/stream/carry-out.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const OFF = { A: false, B: false, C: false, D: false }

/** A board with outputs that answers what the test says. */
function board() {
  const source = new LineSource({ live: true, duplex: true })
  const clock = new ManualClock(1_790_000_000_000)
  let changes = 0
  const { stream, events } = startStream({ source, clock }, { outputs: () => changes++ })
  const wait = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      stream.tick()
    }
  }
  const sent = (cmd: string): { seq: number }[] =>
    source.sent
      .filter((line) => line.includes(`"cmd":"${cmd}"`))
      .map((line) => JSON.parse(line) as { seq: number })
  const rig = {
    source,
    stream,
    wait,
    sent,
    changes: () => changes,
    hello: (boot: number, outputs: object = OFF): void =>
      source.line(JSON.stringify({ hello: 'ina219', boot, proto: 1, outputs })),
    report: (outputs: object): void => source.line(JSON.stringify({ outputs })),
    answer: (cmd: string, error?: string): void => {
      const seq = sent(cmd).at(-1)?.seq
      const answer = error === undefined ? { ack: seq, result: 'ok' } : { nack: seq, error }
      source.line(JSON.stringify(answer))
    },
    switch: (value: object): Promise<Answer> => {
      const asked = stream.ask({ cmd: 'set_output', value })
      wait(50)
      return asked
    },
    outputs: (): string[] => events.filter(({ kind }) => kind === 'output').map(({ text }) => text),
    words: (): string =>
      outputWords(stream)
        .map(({ name, text }) => `${name} ${text}`)
        .join(' '),
  }
  rig.hello(1)
  wait(50)
  rig.answer('hello')
  return rig
}

describe('a switched output', () => {
  it('is unconfirmed from the order on until the device reports it, whoever gave the order', async () => {
    const rig = board()
    const before = rig.changes()
    rig.stream.command({ cmd: 'set_output', value: { A: true } })
    rig.wait(50)
    expect(rig.stream.unconfirmed).toEqual({ A: true })
    expect(rig.words()).toBe('A off, unconfirmed B off C off D off')
    rig.report({ ...OFF, A: true })
    expect(rig.words()).toBe('A on B off C off D off')
    rig.answer('set_output')
    expect(rig.stream.unconfirmed).toEqual({})
    expect(rig.outputs()).toEqual(['output A off, B off, C off, D off', 'output A on'])
    expect(rig.changes()).toBeGreaterThan(before + 1)
  })

  it('of a device that does not answer stays so, on record, until it reports it after all', async () => {
    const rig = board()
    const asked = rig.switch({ A: true, B: false })
    rig.wait(8000)
    expect((await asked).result).toEqual({ kind: 'unanswered' })
    // B had been off before: whether it still is, nobody knows.
    expect(rig.words()).toBe('A off, unconfirmed B off, unconfirmed C off D off')
    expect(rig.outputs().at(-1)).toBe('output A on, B off: unconfirmed')
    rig.report({ ...OFF, A: true })
    expect(rig.words()).toBe('A on B off C off D off')
    // By hand, later: nobody asked for that.
    rig.report(OFF)
    expect(rig.stream.unconfirmed).toEqual({})
  })

  it('that is acknowledged without a report is looked at again: the report may have been lost', async () => {
    const rig = board()
    const asked = rig.switch({ A: true })
    const hellos = rig.sent('hello').length
    rig.answer('set_output')
    rig.wait(50)
    expect(rig.sent('hello').length).toBe(hellos + 1)
    rig.hello(1, { ...OFF, A: true })
    rig.answer('hello')
    expect((await asked).result).toEqual({ kind: 'ok' })
    expect(rig.outputs().at(-1)).toBe('output A on')
  })

  it('that is acknowledged and never reported is unconfirmed', async () => {
    const rig = board()
    const asked = rig.switch({ A: true })
    rig.answer('set_output')
    rig.wait(50)
    rig.hello(1)
    rig.answer('hello')
    expect((await asked).result).toEqual({ kind: 'refused', error: 'unconfirmed' })
    expect(rig.words()).toContain('A off, unconfirmed')
    expect(rig.outputs().at(-1)).toBe('output A on: unconfirmed')
  })

  it.each(['range', 'unknown', 'busy'])('that the device refuses (%s) is not', async (error) => {
    const rig = board()
    const asked = rig.switch({ A: true })
    rig.answer('set_output', error)
    expect((await asked).result).toEqual({ kind: 'refused', error })
    expect(rig.stream.unconfirmed).toEqual({})
    expect(rig.outputs()).toHaveLength(1)
  })

  it.each(['timeout', 'unconfirmed'])('whose relay does not confirm (%s) is', async (error) => {
    const rig = board()
    const asked = rig.switch({ A: true })
    rig.answer('set_output', error)
    await asked
    expect(rig.stream.unconfirmed).toEqual({ A: true })
    expect(rig.outputs().at(-1)).toBe('output A on: unconfirmed')
  })

  it('is not any more once it is switched otherwise, or the device has restarted', async () => {
    const rig = board()
    const lost = rig.switch({ A: true })
    rig.wait(8000)
    await lost
    const other = rig.switch({ A: false })
    expect(rig.stream.unconfirmed).toEqual({})
    rig.answer('set_output')
    expect((await other).result).toEqual({ kind: 'ok' })
    const again = rig.switch({ C: true })
    rig.wait(8000)
    await again
    expect(rig.stream.unconfirmed).toEqual({ C: true })
    rig.hello(2)
    expect(rig.stream.unconfirmed).toEqual({})
    expect(rig.words()).toBe('A off B off C off D off')
  })

  it('that was asked for before a restart is asked for again, and unconfirmed until then', async () => {
    const rig = board()
    const asked = rig.switch({ B: true })
    rig.hello(2)
    rig.wait(50)
    expect(rig.stream.unconfirmed).toEqual({ B: true })
    rig.report({ ...OFF, B: true })
    rig.answer('set_output')
    expect((await asked).result).toEqual({ kind: 'ok' })
    expect(rig.stream.unconfirmed).toEqual({})
  })

  it('of two orders at once is shown as the second wants it only when that is reported', async () => {
    const rig = board()
    rig.report({ ...OFF, A: true })
    const [off, on] = [rig.switch({ A: false }), rig.switch({ A: true })]
    expect(rig.stream.unconfirmed).toEqual({})
    rig.report(OFF)
    expect(rig.words()).toContain('A off, unconfirmed')
    rig.answer('set_output')
    await off
    rig.wait(50)
    rig.report({ ...OFF, A: true })
    rig.answer('set_output')
    await on
    expect(rig.words()).toContain('A on B')
  })

  it('that the device never reported is unknown, and unconfirmed', () => {
    const source = new LineSource({ live: true, duplex: true })
    const { stream } = startStream({ source, clock: new ManualClock(1_790_000_000_000) })
    stream.command({ cmd: 'set_output', value: { D: true } })
    expect(stream.outputs).toBeNull()
    expect(outputWords(stream)).toEqual([
      { name: 'D', isOn: null, isUnconfirmed: true, text: 'unknown, unconfirmed' },
    ])
  })
})
