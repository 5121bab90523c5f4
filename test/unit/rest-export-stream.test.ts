import { describe, expect, it } from 'vitest'
import { Exports } from '../../src/serve/rest/export-stream.ts'
import type { ExportPage, ExportPlan } from '../../src/serve/rest/reading/export-pages.ts'
import { until } from '../support/polling.ts'

const PLAN: ExportPlan = {
  range: { fromUs: 0, toUs: 100, device: null },
  format: 'csv',
  channels: [],
}

/** A log of some pages. */
function pages(count: number) {
  const asked: number[] = []
  return {
    asked,
    exportPage: async ({ range }: ExportPlan): Promise<ExportPage> => {
      asked.push(range.fromUs)
      const nextUs = range.fromUs + 10
      const bytes = new TextEncoder().encode(`${range.fromUs}\n`)
      return { bytes, nextUs: nextUs < count * 10 ? nextUs : null }
    },
  }
}

describe('an export', () => {
  it('reads a page when the one before has been taken, and no sooner', async () => {
    const log = pages(3)
    const reader = new Exports().stream(log, PLAN, 'head\n', () => {}).getReader()
    expect(await text(reader)).toBe('head\n')
    expect(log.asked).toEqual([])
    expect(await text(reader)).toBe('0\n')
    await Promise.resolve()
    expect(log.asked).toEqual([0])
    expect([await text(reader), await text(reader)]).toEqual(['10\n', '20\n'])
    expect((await reader.read()).done).toBe(true)
  })

  it('leaves its place when it has ended, is cancelled, or fails', async () => {
    const exports = new Exports()
    const whole = Array.from({ length: 4 }, () => exports.stream(pages(1), PLAN, '', () => {}))
    expect(exports.isFull).toBe(true)
    await whole[0]?.cancel()
    await whole[0]?.cancel()
    expect(exports.isFull).toBe(false)
    const failing = { exportPage: () => Promise.reject(new Error('the disk')) }
    const told: unknown[] = []
    const failed = exports.stream(failing, PLAN, 'head\n', (error) => told.push(error))
    expect(exports.isFull).toBe(true)
    await expect(new Response(failed).text()).rejects.toThrow('the disk')
    expect(told).toEqual([new Error('the disk')])
    expect(exports.isFull).toBe(false)
    expect(await new Response(whole[1]).text()).toBe('0\n')
    exports.stream(pages(1), PLAN, '', () => {})
    expect(exports.isFull).toBe(false)
  })

  it('that nobody takes on is broken off', async () => {
    const exports = new Exports(1)
    for (let i = 0; i < 4; i++) {
      const reader = exports.stream(pages(2), PLAN, '', () => {}).getReader()
      await reader.read()
    }
    await until('they have been broken off', () => !exports.isFull)
  })
})

async function text(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value)
}
