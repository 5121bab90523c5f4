import { describe, expect, it } from 'vitest'
import type { ChannelStatistics, SpanStatistics, View } from '../../src/monitor/view.ts'
import { tableLines } from '../../src/tui/panels/table.ts'
import { percentileWindows } from '../../src/tui/panels/table-grid.ts'
import { figuresOf } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { WindowPercentiles } from '../../src/tui/window-percentiles.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const ASCII = lookOf({ ascii: true, colour: false })

describe('percentiles in the table', () => {
  const windows = [60, 300, 900]
  const table = (width: number, p95 = new Map<number, Record<string, number>>()): string[] => {
    const snapshot = sampleSnapshot()
    const area = { width, height: 4, look: ASCII }
    return tableLines(snapshot, area, figuresOf(snapshot), p95).map(lineText)
  }

  it('have a column where they cost no digits, and are asked for there alone', () => {
    const asked = (width: number): number[] =>
      percentileWindows(sampleSnapshot(), { width, height: 4, look: ASCII })
    expect([80, 120, 140, 200].map((width) => asked(width).length)).toEqual([0, 0, 3, 3])
    expect(asked(200)).toEqual(windows)
    expect(table(120)[0]).not.toContain('p95')
    const p95 = new Map([[60, { v: 5.095, a: 1.1892 }]])
    const [heading = '', v = '', a = ''] = table(140, p95)
    expect(heading.match(/ min +avg +max +p95/g)).toHaveLength(3)
    expect(v).toMatch(/ 5\.101 +5\.095 /)
    // What has not been answered yet is not made up.
    expect(a.match(/ 1\.2040 +(1\.1892|--)/g)).toHaveLength(3)
    expect(a).toMatch(/1\.1892.*--.*--/)
  })

  it('are asked for one window after the other, once a second, and not where they are costly', async () => {
    let nowMs = 0
    let costMs = 2
    const asked: number[] = []
    const feed = new WindowPercentiles({
      view: {
        statistics: async ({ span }) => {
          asked.push(span.kind === 'window' ? span.seconds : 0)
          nowMs += costMs
          const figures = { p95: 5 } as ChannelStatistics['figures']
          const v = { figures } as ChannelStatistics
          return { version: 1, fromUs: 0, toUs: 1, channels: { v } } as unknown as SpanStatistics
        },
      } as View,
      onNews: () => {},
      onDropped: () => {},
      monoMs: () => nowMs,
    })
    const round = async (): Promise<void> => {
      feed.ask(0, windows)
      await Promise.resolve()
      await new Promise(setImmediate)
    }
    for (let i = 0; i < 6; i++) await round()
    expect(asked).toEqual([60, 300, 900])
    expect(feed.of(0, windows).get(900)).toEqual({ v: 5 })
    expect(feed.of(1, windows).size).toBe(0)
    nowMs += 1000
    costMs = 50
    for (let i = 0; i < 6; i++) await round()
    expect(asked).toEqual([60, 300, 900, 60, 300, 900])
    // Answers that took 150 ms rest for 10 s, which is the most.
    nowMs += 9000
    await round()
    expect(asked).toHaveLength(6)
    nowMs += 1001
    await round()
    // All windows again, of one moment.
    expect(asked).toEqual([60, 300, 900, 60, 300, 900, 60, 300, 900])
    nowMs += 20_000
    expect(feed.of(0, windows).size).toBe(0)
  })
})
