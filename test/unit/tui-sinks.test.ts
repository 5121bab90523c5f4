import { describe, expect, it } from 'vitest'
import type { SinkStatus } from '../../src/domain/sink-status.ts'
import { sinkName, sinkWords } from '../../src/figures/sink-words.ts'
import { headerLine } from '../../src/tui/panels/header.ts'
import { sinkLines, sinkRows } from '../../src/tui/panels/sinks.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { LOOK } from '../support/picture-text.ts'
import { statusOf } from '../support/sink-status.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const { nowUs } = sampleSnapshot()
const NOW_MS = nowUs / 1000

function sink(changes: Partial<SinkStatus> = {}): SinkStatus {
  const name = 'influx+http://db.lab:8086/?db=lab'
  return statusOf({ name, kind: 'influx', target: name, atMs: NOW_MS, ...changes })
}

const AWAY = sink({
  name: 'archive',
  state: 'waiting',
  queued: 18_000,
  unsentUs: [nowUs - 1800e6, nowUs],
  lastError: { text: 'connect ECONNREFUSED 10.0.0.7:5432', atMs: NOW_MS - 1000 },
  retryAtMs: NOW_MS + 12_000,
})

const texts = (sinks: readonly SinkStatus[], width: number, rows: number): string[] =>
  sinkLines(sampleSnapshot({ sinks }), width, LOOK, rows).map((line) => lineText(line).trimEnd())

describe('sinks on the screen', () => {
  it('have a line each where there is room, the one in trouble first', () => {
    expect(texts([sink(), AWAY], 120, 2)).toEqual([
      ' sink archive  connect ECONNREFUSED 10.0.0.7:5432, again in 12 s !  18 000 to send, 30 min behind',
      ' sink influx db.lab:8086?db=lab  current  0 to send  10.0 rows/s  12 ms a batch',
    ])
  })

  it('share a line where there is little', () => {
    expect(texts([sink(), AWAY], 80, 1)).toEqual([
      ' sink archive (and 1 more)  connect ECONNREFUSED 10.0.0.7:5432, again in 12 s !',
    ])
    const snapshot = sampleSnapshot({ sinks: [sink(), AWAY] })
    expect(sinkRows({ columns: 80, rows: 24 }, snapshot)).toBe(1)
    expect(sinkRows({ columns: 120, rows: 30 }, snapshot)).toBe(2)
    expect(sinkRows({ columns: 120, rows: 30 }, sampleSnapshot())).toBe(0)
  })

  it('say what was left out before anything else that they say', () => {
    const words = sinkWords(sink({ refused: 3, missed: 1200, isExact: false, queued: 7 }), NOW_MS)
    expect(words.map(({ text }) => text)).toEqual([
      'current',
      '1 200 missed !',
      '3 refused !',
      'about 7 to send',
      '10.0 rows/s',
      '12 ms a batch',
    ])
  })

  it('are in the header where one is in trouble', () => {
    const header = (sinks: readonly SinkStatus[]): string =>
      lineText(headerLine(sampleSnapshot({ sinks }), 120, LOOK))
    expect(header([sink(), AWAY])).toContain('REC bench-7 SINK !')
    expect(header([sink()])).not.toContain('SINK')
  })

  it('are called by name, or by what their address has of its own', () => {
    const named = (target: string, name = target): string => sinkName({ name, target })
    expect(named('postgres://db.lab:5432/power')).toBe('postgres db.lab:5432/power')
    expect(named('mqtts://broker/')).toBe('mqtts broker')
    expect(named('mqtts://broker/', 'hall 3')).toBe('hall 3')
  })
})
