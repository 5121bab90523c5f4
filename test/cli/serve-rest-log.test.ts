import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { START_US } from '../support/log-fixture.ts'
import {
  type HistoryBucket,
  historyJson,
  REST_INTERVAL_MS,
  REST_SAMPLES,
  restLog,
  serveLog,
} from '../support/rest-log.ts'
import type { ServeRun } from '../support/serve.ts'

const START_S = START_US / 1e6
const END_S = START_S + (REST_SAMPLES * REST_INTERVAL_MS) / 1000

interface Series {
  readonly from: string
  readonly to: string
  readonly step: number
  readonly rows: number
  readonly open: number | null
  readonly start: readonly number[]
  readonly lost: readonly number[]
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly unit: string
        readonly min: readonly (number | null)[]
        readonly avg: readonly (number | null)[]
        readonly max: readonly (number | null)[]
        readonly n: readonly number[]
        readonly gap: readonly number[]
      }
    >
  >
}

async function json<T>(run: ServeRun, path: string): Promise<T> {
  const answer = await run.fetch(`/api/v1/${path}`)
  expect(answer.status, path).toBe(200)
  return answer.json() as Promise<T>
}

const COLUMNS = { v: 'voltage_v', a: 'current_a', w: 'power_w' } as const

describe('series', () => {
  it('has the figures of history, whatever the span and the step', async () => {
    const file = await restLog()
    const run = await serveLog(file)
    const spans = [
      [START_S, END_S, 7],
      [START_S + 13.37, END_S - 17, 40],
      [START_S + 1700.123, START_S + 2000.5, 100],
      [START_S - 5000, END_S + 5000, 11_000],
      [START_S + 250, START_S + 259, 20],
    ] as const
    for (const [from, to, points] of spans) {
      const query = `series?device=bench&from=${from}&to=${to}&points=${points}`
      const series = await json<Series>(run, query)
      expect(series.rows, query).toBeLessThanOrEqual(points)
      expect(series.step, query).toBeGreaterThan(0)
      const every = `${Math.round(series.step * 1000)}ms`
      const span = ['--from', series.from, '--to', series.to]
      const { buckets } = await historyJson(file, '--device', 'bench', ...span, '--every', every)
      const filled = buckets.filter(({ samples }) => samples > 0)
      expect(series.start, query).toEqual(filled.map(({ time }) => Date.parse(time) / 1000))
      for (const [id, column] of Object.entries(COLUMNS)) {
        for (const part of ['min', 'avg', 'max'] as const) {
          const expected = filled.map((bucket) => bucket[`${column}_${part}`])
          expect(series.channels[id]?.[part], `${query} ${id} ${part}`).toEqual(expected)
        }
      }
      const soc = filled.map(({ channels }) => (channels as HistoryBucket)['soc'] ?? null)
      for (const part of ['min', 'avg', 'max'] as const) {
        const expected = soc.map((each) => each && (each as HistoryBucket)[part])
        expect(series.channels['soc']?.[part], `${query} soc ${part}`).toEqual(expected)
      }
      const lost = buckets.reduce((sum, each) => sum + (each['lost'] as number), 0)
      expect(series.lost.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(lost)
    }
  })

  it('has each sample where they fit, and says where some are missing', async () => {
    const file = await restLog()
    const run = await serveLog(file)
    // Within it, seven samples are lost, one could not be measured.
    const [from, to] = [START_S + 980 * 0.25, START_S + 1410 * 0.25]
    const series = await json<Series>(run, `series?device=bench&from=${from}&to=${to}`)
    expect(series.step).toBe(0)
    const args = ['--device', 'bench', '--from', String(from), '--to', String(to)]
    const { stdout } = await ina219(['export', '--format', 'ndjson', '--db', file, ...args])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(series.start).toEqual(rows.map(({ time }) => Date.parse(time) / 1000))
    const isMeasured = rows.map(({ status }) => status === 'ok')
    const { v } = series.channels
    expect(v?.avg).toEqual(rows.map(({ voltage_v }, i) => (isMeasured[i] ? voltage_v : null)))
    expect(v?.n).toEqual(isMeasured.map(Number))
    const behindLoss = series.start.indexOf(START_S + 997 * 0.25)
    expect(v?.gap[behindLoss]).toBe(1)
    expect(series.lost[behindLoss]).toBe(6)
    expect(v?.gap.filter((each) => each === 1)).toHaveLength(2)
  })

  it('says at every step which rows have something missing before their first sample', async () => {
    const run = await serveLog(await restLog())
    // As the log is made: 6 of 997 are lost, and 399 in a row.
    const isLost = (seq: number): boolean => seq % 997 > 990 || (seq > 7000 && seq < 7400)
    for (const points of [3001, 1501, 601, 301, 60]) {
      const query = `series?device=bench&points=${points}`
      const { start, step, channels } = await json<Series>(run, query)
      expect(step, query).toBeGreaterThan(0)
      const expected = start.map((time) => {
        let seq = Math.max(0, Math.round((time - START_S) / 0.25))
        while (isLost(seq)) seq++
        return seq === 0 || isLost(seq - 1) ? 1 : 0
      })
      expect(
        expected.reduce<number>((sum, each) => sum + each, 0),
        query,
      ).toBeGreaterThan(1)
      for (const id of ['v', 'a', 'w'])
        expect(channels[id]?.gap, `${query} ${id}`).toEqual(expected)
      // Of 40 samples one has it: what is lost is lost before the next of these.
      const { n = [], gap = [] } = channels['soc'] ?? {}
      for (const [row, isBehind] of expected.entries()) {
        const next = n.findIndex((values, i) => i >= row && values > 0)
        if (isBehind === 1 && next >= 0) expect(gap[next], `${query} soc, row ${next}`).toBe(1)
      }
    }
  })

  it('takes times as the command line does, and channels by their ids', async () => {
    const run = await serveLog(await restLog())
    const iso = new Date(START_S * 1000).toISOString()
    const one = await json<Series>(run, `series?device=bench&from=${START_S}&points=50`)
    const other = await json<Series>(run, `series?device=bench&from=${iso}&points=50&channels=soc`)
    expect(other.start).toEqual(one.start)
    expect(Object.keys(one.channels)).toEqual(['v', 'a', 'w', 'soc'])
    expect(other.channels).toEqual({ soc: one.channels['soc'] })
  })

  it('is not sent twice: a tag, and a while in the cache for what is finished', async () => {
    const run = await serveLog(await restLog())
    const finished = `/api/v1/series?device=bench&from=${START_S}&to=${START_S + 600}&points=10`
    const first = await run.fetch(finished)
    expect(first.headers.get('cache-control')).toBe('private, max-age=300')
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^W\/"[\w-]{27}"$/)
    const again = await run.fetch(finished, { headers: { 'if-none-match': `"other", ${tag}` } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    const open = await run.fetch('/api/v1/series?device=bench&points=10')
    expect(open.headers.get('cache-control')).toBe('private, no-cache')
    const { open: openS, start } = (await open.json()) as Series
    expect(openS).toBe(start.at(-1))
  })
})

describe('samples, statistics and records', () => {
  it('are byte for byte what export writes', async () => {
    const file = await restLog()
    const run = await serveLog(file)
    const span = [START_S + 100, START_S + 2000.5]
    const cases = [
      ['', []],
      ['format=ndjson', ['--format', 'ndjson']],
      ['device=motor%202&channels=all', ['--device', 'motor 2', '--channels', 'all']],
      [
        `from=${span[0]}&to=${span[1]}&format=ndjson&channels=soc`,
        ['--from', `${span[0]}`, '--to', `${span[1]}`, '--format', 'ndjson', '--channels', 'soc'],
      ],
      ['last=1s', ['--last', '1s']],
      [
        'device=bench&from=1000000000&to=1000000100',
        ['--from', '1000000000', '--to', '1000000100'],
      ],
    ] as const
    for (const [query, args] of cases) {
      const { stdout } = await ina219(['export', '--db', file, ...args])
      const answer = await run.fetch(`/api/v1/samples?${query}`)
      expect(answer.status, query).toBe(200)
      expect(answer.headers.get('content-disposition')).toMatch(
        /^attachment; filename="ina219-[\w.-]+\.(csv|ndjson)"$/,
      )
      expect(await answer.text(), query).toBe(stdout)
    }
    const { headers, status } = await run.fetch('/api/v1/samples', { method: 'HEAD' })
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  })

  it('are the members of history', async () => {
    const file = await restLog()
    const run = await serveLog(file)
    const [from, to] = [START_S + 100, START_S + 2000.5]
    const history = await historyJson(file, '--from', `${from}`, '--to', `${to}`)
    const query = `from=${from}&to=${to}`
    expect(await json(run, `statistics?${query}`)).toEqual({ devices: history.devices })
    const { events } = await json<{ events: object[] }>(run, `events?${query}`)
    expect(events).toEqual(history.events)
    for (const order of ['asc', 'desc']) {
      const paged: object[] = []
      let after = ''
      for (;;) {
        const path = `losses?${query}&limit=3&order=${order}${after}`
        const { losses, next } = await json<{ losses: object[]; next: string | null }>(run, path)
        expect(losses.length).toBeLessThanOrEqual(3)
        paged.push(...losses)
        if (next === null) break
        after = `&after=${next}`
      }
      if (order === 'desc') paged.reverse()
      expect(paged).toEqual(history.lost)
      expect(paged.length).toBeGreaterThan(10)
    }
    const own = await json<{ losses: { device: string }[] }>(run, 'losses?device=motor%202')
    expect(new Set(own.losses.map(({ device }) => device))).toEqual(new Set(['motor 2']))
    expect(await json(run, 'losses?reason=nothing')).toEqual({ losses: [], next: null })
  })

  it('name the devices of the run and of the log', async () => {
    const run = await serveLog(await restLog())
    const { devices } = await json<{ devices: object[] }>(run, 'devices')
    expect(devices).toMatchObject([
      { device: 'idle', running: true, from: null },
      { device: 'bench', running: false, source: null, from: '2026-11-20T20:13:00.000Z' },
      { device: 'motor 2', running: false },
    ])
  })
})

const REFUSED = [
  ['series?device=bech', 404, "there is no device 'bech'; there are: idle, bench, motor 2"],
  ['series?device=bench&channels=v,lux', 400, "bench has no channel 'lux'; it has: v, a, w, soc"],
  ['series?device=bench&channels=v,,a', 400, "channels: 'v,,a' names no channels; say ids"],
  ['series?device=bench&points=11001', 400, 'points: '],
  ['series?device=bench&last=1h&from=1', 400, 'last and from or to exclude each other'],
  ['series?device=bench&from=200&to=100', 400, 'is not before'],
  ['series?device=bench&form=1', 400, 'Unrecognized key'],
  ['samples?channels=lux', 400, "the log has no channel 'lux'"],
  ['samples?channels=soc,', 400, "channels: 'soc,' names no channels; say all, or ids"],
  ['samples?format=xml', 400, 'format: '],
  ['events?device=x', 404, "there is no device 'x'"],
  ['events?after=1', 400, "after: '1' is no place to go on at"],
  ['latest?device=bench', 404, "there is no device 'bench'; there are: idle"],
] as const

it('says what is wrong with a request, and what there is', async () => {
  const run = await serveLog(await restLog())
  for (const [path, status, detail] of REFUSED) {
    const answer = await run.fetch(`/api/v1/${path}`)
    expect(answer.status, path).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(((await answer.json()) as { detail: string }).detail, path).toContain(detail)
  }
})
