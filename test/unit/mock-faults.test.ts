import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDevice, type MockDeviceOptions } from '../../mock/device.ts'
import { parseFaults } from '../../mock/faults.ts'
import { Outbox } from '../../mock/outbox.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import { CrcPolicy } from '../../src/protocol/link/crc-policy.ts'
import { MAX_LINE_BYTES } from '../../src/sources/lines/line-splitter.ts'
import { isInaError } from '../../src/util/errors.ts'
import { sampleFrame } from '../support/frames.ts'

function play(options: Partial<MockDeviceOptions> & { limit: number }): {
  lines: string[]
  outbox: Outbox
} {
  const device = createDevice({
    scenario: 'normal',
    seed: 7,
    startS: 1.7e9,
    intervalMs: 10,
    ...options,
  })
  let text = ''
  const outbox = new Outbox(device.core, device.faults, (more) => {
    text += more
  })
  while (!device.core.finished) outbox.sample()
  return { lines: text.split('\n').slice(0, -1), outbox }
}

/** What a line is to a host that has heard a sample with voltage and current. */
const kindOf = (line: string): string => {
  const bytes = Buffer.from(line, 'latin1')
  if (bytes.length > MAX_LINE_BYTES) return 'overlong'
  const policy = new CrcPolicy()
  policy.judge(sampleFrame(0, { protected: false }), () => {})
  return policy.judge(decodeLine(bytes), () => {}).kind
}

const ALL = 'drop=0.02,corrupt=0.02,truncate=0.02,duplicate=0.02,garbage=0.02,reset=0.005'

describe('faults', () => {
  it('change only what they hit: every other frame is byte for byte the same', () => {
    const clean = play({ limit: 20_000 }).lines
    const { lines, outbox } = play({ limit: 20_000, faults: parseFaults(ALL) })
    const good = lines.filter((line) => kindOf(line) === 'sample')
    const known = new Set(clean)
    expect(good.filter((line) => !known.has(line))).toEqual([])
    // In order, duplicates next to each other.
    const seen = new Set(good)
    expect([...seen]).toEqual(clean.filter((line) => seen.has(line)))
    const { faults } = outbox
    expect(good.length - new Set(good).size).toBe(faults.duplicate)
    expect(clean.length - new Set(good).size).toBe(outbox.lost)
    expect(outbox.lost).toBe(faults.drop + faults.corrupt + faults.truncate)
    for (const count of Object.values(faults)) expect(count).toBeGreaterThan(50)
  })

  it('are all in the summary: every line is accounted for', () => {
    const { lines, outbox } = play({ limit: 20_000, faults: parseFaults(ALL) })
    const kinds = new Map<string, number>()
    for (const line of lines) kinds.set(kindOf(line), (kinds.get(kindOf(line)) ?? 0) + 1)
    const { faults } = outbox
    expect(lines).toHaveLength(outbox.lines)
    expect(kinds.get('hello')).toBe(faults.reset)
    expect(kinds.get('sample')).toBe(20_000 - outbox.lost + faults.duplicate)
    const bad = ['crc_error', 'malformed', 'overlong'].reduce(
      (n, kind) => n + (kinds.get(kind) ?? 0),
      0,
    )
    // A restart prints a line of boot noise before its hello.
    expect(bad).toBe(faults.corrupt + faults.truncate + faults.garbage + faults.reset)
    expect(kinds.get('overlong')).toBeGreaterThan(0)
    expect([...kinds.keys()].sort()).toEqual([
      'crc_error',
      'hello',
      'malformed',
      'overlong',
      'sample',
    ])
  })

  it('come about as often as asked for', () => {
    const { outbox } = play({ limit: 50_000, faults: parseFaults('drop=0.1,reset=0.01') })
    expect(outbox.faults.drop / 50_000).toBeCloseTo(0.1, 2)
    expect(outbox.faults.reset / 50_000).toBeCloseTo(0.01, 2)
    expect(outbox.faults.corrupt).toBe(0)
  })

  it('of one kind hit the same lines whatever the scenario', () => {
    const hit = (scenario: string): number[] => {
      const lines = play({ limit: 2000, scenario, faults: parseFaults('drop=0.05') }).lines
      const seen = new Set(lines.map((line) => (JSON.parse(line) as { seq: number }).seq))
      return Array.from({ length: 2000 }, (_, n) => n).filter((n) => !seen.has(n))
    }
    expect(hit('motor')).toEqual(hit('radio'))
  })

  it.each(['drop', 'corrupt', 'truncate'])(
    '%s never hits the first and the last sample',
    (kind) => {
      const { lines, outbox } = play({ limit: 100, faults: parseFaults(`${kind}=1`) })
      const good = lines.filter((line) => kindOf(line) === 'sample')
      expect(good.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([0, 99])
      expect(outbox.lost).toBe(98)
    },
  )

  it('never make a believable line, with and without CRC, for any seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.boolean(), (seed, plain) => {
        const { lines, outbox } = play({
          limit: 60,
          seed,
          plain,
          faults: parseFaults('corrupt=0.5,truncate=0.5,garbage=0.5'),
        })
        expect(lines.filter((line) => kindOf(line) === 'sample')).toHaveLength(2)
        expect(lines).toHaveLength(outbox.lines)
      }),
      {
        examples: [
          // The names of voltage and current were both hit: a sample of other channels.
          [1_483_598_033, true],
          // So was that of the CRC.
          [1_024_524_245, false],
          // One byte was hit twice, and became a newline.
          [1_733_144_567, true],
        ],
      },
    )
  })

  it('keep the newline of a truncated line, and something before it', () => {
    const { lines } = play({ limit: 1000, faults: parseFaults('truncate=1') })
    expect(lines).toHaveLength(1000)
    for (const line of lines) expect(line.length).toBeGreaterThan(0)
  })

  it.each([
    '',
    'drop',
    'drop=',
    'drop=2',
    'drop=-1',
    'drop=x',
    'dorp=0.1',
    'drop=0.6,corrupt=0.6',
    'drop=0.1=2',
    'drop=0.1,drop=0.2',
    'drop=0.1,reset=0,drop=0.1',
  ])("refuses the spec '%s'", (spec) => {
    try {
      parseFaults(spec)
      expect.fail('accepted')
    } catch (error) {
      expect(isInaError(error) && error.code).toBe('usage_invalid')
    }
  })
})
