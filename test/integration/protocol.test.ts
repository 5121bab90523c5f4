import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import { Outbox } from '../../mock/outbox.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { INVALID_STATUS, isMeasured } from '../../src/domain/sample.ts'
import { BoardRig } from '../support/board.ts'
import { DEVICE_CASES, type Verdict } from '../support/device-line-cases.ts'
import {
  COMMAND_CASES,
  type CommandCase,
  HOST_LINE_CASES,
  OPTIONAL_CASES,
  OPTIONAL_SETTING_CASES,
  SETTING_CASES,
} from '../support/host-line-cases.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const PROTOCOL = readFileSync(new URL('../../firmware/PROTOCOL.md', import.meta.url), 'utf8')

/** The first cells of a section's tables, without their backquotes. */
function cells(heading: string): string[][] {
  const section = PROTOCOL.slice(PROTOCOL.indexOf(`\n${heading}`)).split(/\n##+ /)[1] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`|`$/g, '')))
}

/** A device in poll mode that has made three samples: its answers to a line. */
type Answer = (line: string, expected: number) => unknown[]

function mock(): Answer {
  const core = new DeviceCore({
    feed: new ScenarioFeed('normal', 7),
    startUs: 1_790_000_000e6,
    intervalMs: 1000,
  })
  let heard = ''
  const outbox = new Outbox(core, null, (text) => {
    heard += text
  })
  const answer: Answer = (line) => {
    heard = ''
    outbox.receive(Buffer.from(`${line}\n`), 0)
    return answersOf(heard.split('\n').slice(0, -1))
  }
  prepare(answer, () => core.made)
  return answer
}

function board(): Answer {
  const rig = new BoardRig()
  rig.hello()
  const answer: Answer = (line, expected) => {
    const from = rig.now
    const endMs = rig.board.timeMs + (expected === 0 ? 60 : 2000)
    rig.send(line)
    for (;;) {
      const answers = answersOf(rig.arrivals.slice(from).map(({ text }) => text))
      if ((expected > 0 && answers.length >= expected) || rig.board.timeMs > endMs) {
        // Another rate is set when the answer is out, and 50 ms of silence follow.
        if (line.includes('set_baud')) rig.board.runMs(60)
        return answers
      }
      rig.board.runMs(0.5)
    }
  }
  prepare(answer, () => rig.samples().length)
  return answer
}

/** @param made samples so far: a board has sent one by itself before it hears the command */
function prepare(answer: Answer, made: () => number): void {
  expect(answer('{"cmd":"set_mode","value":"poll","seq":1000}', 1)).toHaveLength(1)
  while (made() < 3) expect(answer('{"cmd":"read","seq":1001}', 1)).toHaveLength(1)
}

const ANSWERS = ['ack', 'nack', 'gone', 'hello']

/** Answers alone: no note, no sample but those sent again. */
function answersOf(texts: readonly string[]): unknown[] {
  return texts.flatMap((text) => {
    const { crc: _, ...members } = JSON.parse(text) as Record<string, unknown>
    if ('r' in members) return [{ r: members['seq'] }]
    return ANSWERS.some((name) => name in members) ? [members] : []
  })
}

/** Commands of 6.1. */
const MOCK_KNOWS = [
  ...['set_zero', 'set_gain', 'set_output', 'set_cutoff', 'set_detail', 'set_us'],
  'set_trigger',
  'get_burst',
]
const FIRMWARE_KNOWS = [...MOCK_KNOWS, 'selftest']

describe.each([
  { name: 'mock', make: mock, known: MOCK_KNOWS },
  { name: 'firmware', make: board, known: FIRMWARE_KNOWS },
])('the $name answers as PROTOCOL.md says', ({ make, known }) => {
  const answerOf = make()

  it.each(HOST_LINE_CASES)('$clause: $line', ({ line, answers }) => {
    expect(answerOf(line, answers.length)).toEqual(answers)
  })

  it.each(
    [...COMMAND_CASES, ...optionalCases(known)].map((each, i) => ({
      ...each,
      text: JSON.stringify(each.members),
      seq: 2000 + i,
    })),
  )('$clause: $cmd $text', ({ cmd, members, answer, seq }) => {
    const expected = answer === 'ok' ? { ack: seq, result: 'ok' } : { nack: seq, error: answer }
    const count = cmd === 'hello' ? 2 : 1
    expect(answerOf(JSON.stringify({ cmd, ...members, seq }), count).at(-1)).toEqual(expected)
  })

  const ofKnown = OPTIONAL_SETTING_CASES.filter(({ commands }) =>
    commands.every(({ cmd }) => cmd === 'defaults' || known.includes(String(cmd))),
  )
  const settingCases = [...SETTING_CASES, ...ofKnown]
  it.each(settingCases.map((each, i) => ({ ...each, first: 3000 + 10 * i })))(
    '$clause',
    ({ commands, hello, first }) => {
      for (const [i, command] of [{ cmd: 'defaults' }, ...commands].entries()) {
        expect(answerOf(JSON.stringify({ ...command, seq: first + i }), 1)).toHaveLength(1)
      }
      const [said] = answerOf(`{"cmd":"hello","seq":${first + 9}}`, 2)
      expect(said).toMatchObject(hello)
    },
  )
})

function optionalCases(known: readonly string[]): CommandCase[] {
  return OPTIONAL_CASES.map((each) =>
    known.includes(each.cmd) ? each : { ...each, answer: 'unknown' },
  )
}

/** A connection that says what it is given. */

function host() {
  const source = new LineSource({ live: true })
  const clock = new ManualClock(1_790_000_000_000)
  let verdict: Verdict | null = null
  const { stream, events } = startStream(
    { source, clock },
    {
      sample: (sample) => {
        verdict = isMeasured(sample.status) ? 'valid' : 'invalid'
      },
    },
  )
  const judge = (line: string): Verdict | null => {
    verdict = null
    const before = { ...stream.ledger }
    source.line(line)
    clock.advance(100)
    expect(stream.ledger.lines).toBe(before.lines + 1)
    const classes = ['samples', 'control', 'malformed', 'crc_errors'] as const
    const counted = classes.filter((each) => stream.ledger[each] === before[each] + 1)
    expect(counted).toHaveLength(1)
    return counted[0] === 'samples' ? verdict : (counted[0] as Verdict)
  }
  return { judge, events, reconnect: () => source.reconnect() }
}

describe('the host takes lines as PROTOCOL.md says', () => {
  it.each(DEVICE_CASES)('$clause', ({ lines }) => {
    const { judge } = host()
    expect(lines.map(([line]) => [line, judge(line)])).toEqual(lines)
  })

  it('a new connection begins without knowing whether the device sends a CRC', () => {
    const { judge, reconnect } = host()
    const [sent] = DEVICE_CASES.find(({ clause }) => clause.startsWith('3 seven'))?.lines ?? []
    expect(judge(sent?.[0] ?? '')).toBe('valid')
    expect(judge('{"v":5,"a":0.1}')).toBe('crc_errors')
    reconnect()
    expect(judge('{"v":5,"a":0.1}')).toBe('valid')
  })

  it('an event says when a device is taken for one without CRC', () => {
    const { judge, events } = host()
    const run = DEVICE_CASES.find(({ clause }) => clause.startsWith('3 eight'))?.lines ?? []
    const told = (): number => events.filter(({ kind }) => kind === 'unprotected').length
    for (const [line] of run) judge(line)
    expect(told()).toBe(1)
    for (let i = 0; i < 100; i++) for (const [line] of run) judge(line)
    expect(told()).toBe(20)
  })
})

describe('the tables of the tests are those of PROTOCOL.md', () => {
  it('every command of section 6 has its cases', () => {
    const listed = cells('## 6').map(([, name]) => name)
    const commands = listed.filter((name) => name !== 'cmd' && /^[a-z_]+$/.test(name ?? ''))
    expect(commands).toHaveLength(12)
    const tested = new Set(COMMAND_CASES.map(({ cmd }) => cmd))
    expect(commands.filter((name) => !tested.has(name as string))).toEqual([])
    const optional = cells('### 6.1').map(([, name]) => name)
    const own = new Set(OPTIONAL_CASES.map(({ cmd }) => cmd))
    expect(new Set(optional.filter((name) => name !== 'cmd'))).toEqual(own)
  })

  it('the words for invalid samples are those that section 5.1 calls invalid', () => {
    const invalid = cells('### 5.1')
      .filter((row) => row.length === 5 && row[3]?.includes('invalid'))
      .map(([, status]) => status)
    expect(new Set(invalid)).toEqual(INVALID_STATUS)
  })
})
