import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { EPOCH, makeLog, START_US, series } from '../support/log-fixture.ts'

let file: string

/** 120 s, a hole of 60 s, 60 s; under a name that is no XML. */
beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  const samples = [...series(120, 1e6), ...series(60, 1e6, 180)]
  makeLog(file, samples, {
    epochs: [{ ...EPOCH, device: '<b>&"\u0001' }],
    lost: [
      {
        epochId: 1,
        firstSeq: 120,
        count: 60,
        fromUs: START_US + 119e6,
        toUs: START_US + 180e6,
        reason: 'gone',
      },
    ],
  })
})

async function picture(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ina219([...args, '--db', file], '', { TZ: 'UTC' })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

describe('a picture of the log', () => {
  test('is what it was', async () => {
    const svg = await picture('history', '--format', 'svg')
    expect(problemOf(svg)).toBe(null)
    await expect(svg).toMatchFileSnapshot('__snapshots__/history.svg')
  })

  test('is the same from history and export, and in a file', async () => {
    const svg = await picture('history', '--format', 'svg')
    expect(await picture('export', '--format', 'svg')).toBe(svg)
    const out = join(temporaryFolder(), 'chart.svg')
    expect(await picture('export', '--format', 'svg', '-o', out)).toBe('')
    expect(readFileSync(out, 'utf8')).toBe(svg)
  })

  test('draws no line across a gap, and says what is lost', async () => {
    const svg = await picture('export', '--format', 'svg')
    const paths = [...svg.matchAll(/class="curve [^"]*" d="([^"]*)"/g)].map(([, d = '']) => d)
    expect(paths).toHaveLength(3)
    for (const path of paths) {
      const parts = path.split('M').slice(1)
      expect(parts).toHaveLength(2)
      const xs = parts.map((part) =>
        [...part.matchAll(/(?:^|L)(-?[\d.]+) /g)].map(([, x]) => Number(x)),
      )
      // 61 of 240 s.
      const gap = Math.min(...(xs[1] ?? [])) - Math.max(...(xs[0] ?? []))
      expect(gap / (960 - 84 - 20)).toBeCloseTo(61 / 240, 2)
    }
    expect(svg).toMatch(/<title>samples lost<\/title>/)
    expect(svg).toContain('180 samples, 60 lost')
  })

  test('keeps to a span, and says the figures of history', async () => {
    const span = ['--from', '2026-11-20T20:13:00Z', '--to', '2026-11-20T20:13:30Z']
    const svg = await picture('export', '--format', 'svg', ...span)
    expect(svg).toContain('2026-11-20 20:13:00.000 to 2026-11-20 20:13:30.000')
    const json = JSON.parse(await picture('history', '--format', 'json', ...span))
    const { voltage_v: voltage } = json.devices[0]
    const printed = [...svg.matchAll(/class="figure text"[^>]*>([^<]*)</g)].map(([, text]) => text)
    expect(printed.slice(0, 3).map(Number)).toEqual([
      voltage.min,
      Number(voltage.avg.toFixed(6)),
      voltage.max,
    ])
  })

  test('has the colours of a theme, or follows the page', async () => {
    expect(await picture('history', '--format', 'svg')).toContain('prefers-color-scheme:dark')
    const light = await picture('history', '--format', 'svg', '--theme', 'light')
    expect(light).not.toContain('prefers-color-scheme')
    expect(light).toContain('.voltage{fill:#005fff}')
  })

  test('runs nothing and loads nothing', async () => {
    const svg = await picture('history', '--format', 'svg')
    expect(svg).not.toMatch(/<script|<foreignObject|<image|href|url\(|@import|\son\w+=/)
    expect(svg).toContain('&lt;b&gt;&amp;&quot;')
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
  })

  test.each([['--events'], ['--channels', 'all']])('has no %s', async (...args) => {
    const { code, stderr } = await ina219(['export', '--format', 'svg', ...args, '--db', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--format svg has no --\w+; use csv or ndjson/)
  })

  test('of nothing is nothing', async () => {
    const args = ['export', '--format', 'svg', '--from', '2030-01-01', '--db', file]
    const { code, stdout, stderr } = await ina219(args)
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain('nothing lies in that time')
  })
})

/** What is wrong with it as XML, as far as this program writes any: tags without a partner, bare `&`. */
function problemOf(svg: string): string | null {
  const open: string[] = []
  for (const [tag, end, name = '', rest = ''] of svg.matchAll(/<(\/?)([\w:]+)([^<>]*)>/g)) {
    if (end === '/' && open.pop() !== name) return `${tag} ends nothing`
    if (end === '' && !rest.endsWith('/')) open.push(name)
    if (!/^(\s+[\w:-]+="[^"<]*")*\s*\/?$/.test(rest)) return `attributes of ${tag}`
  }
  if (open.length > 0) return `without an end: ${open.join(', ')}`
  return /&(?!(amp|lt|gt|quot|#39);)/.test(svg) ? 'a bare &' : null
}
