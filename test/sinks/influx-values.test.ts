import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cleanText, type Sample } from '../../src/domain/sample.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { differences, pointsOf } from '../support/servers/influx-content.ts'
import { hasInfluxd, Influxd } from '../support/servers/influxd.ts'
import { contentOf, sendAll } from '../support/sink-rig.ts'

describe.skipIf(!hasInfluxd)('what InfluxDB 1.6 has of a log', () => {
  let server: Influxd
  let file: string

  beforeAll(async () => {
    server = await Influxd.start({ folder: temporaryFolder() })
  })
  beforeEach(async () => {
    await server.query('DROP DATABASE lab')
    await server.query('CREATE DATABASE lab')
    file = join(temporaryFolder(), 'log.db')
  })
  afterAll(() => server?.down())

  /** Sends all of the log, and says where the other side differs. */
  async function sent(): Promise<string[]> {
    const status = await sendAll(file, server.sinkUrl())
    expect(status).toMatchObject({ refused: 0, queued: 0 })
    return differences(server, contentOf(file))
  }

  test('every sample once, to the last digit and microsecond', async () => {
    makeLog(file, series(12_000, 1000))
    expect(await sent()).toEqual([])
    expect(await pointsOf(server, 'power_sample')).toHaveLength(12_000)
  })

  test('values of all sizes; a zero has no sign, in the log or here', async () => {
    const values = [
      0,
      -0,
      1e-7,
      5e-324,
      1e21,
      123456789.12345679,
      -1.7976931348623157e308,
      0.1 + 0.2,
      2 ** 53,
      1 / 3,
    ]
    makeLog(
      file,
      values.map((value, i) =>
        sampleAt(START_US + i, i === 0 ? 4_294_967_295 : i, {
          voltage: value,
          current: -value,
          power: value / 3,
          extras: { x: value },
        }),
      ),
    )
    expect(await sent()).toEqual([])
    const csv = (await ina219(['export', '--db', file])).stdout
    expect(csv).not.toMatch(/(^|,)-0(,|$)/m)
    const zeros = (await pointsOf(server, 'power_sample')).map((each) => Number(each['x']))
    expect(zeros.filter((each) => each === 0).map((each) => Object.is(each, 0))).toEqual([
      true,
      true,
    ])
  })

  test('extra channels, with the names of our own fields as well', async () => {
    const extras = {
      soc: 85,
      time: 1,
      device: 2,
      log: 3,
      status: 4,
      status_: 5,
      seq: 6,
      voltage_v: 7,
      name: 8,
      tags: 9,
    }
    makeLog(file, [
      sampleAt(START_US, 0, { extras }),
      sampleAt(START_US + 1, 1, {
        electric: false,
        voltage: Number.NaN,
        current: Number.NaN,
        power: Number.NaN,
        extras: { lux: -0.5 },
      }),
    ])
    const status = await sendAll(file, server.sinkUrl())
    expect(status).toMatchObject({ refused: 0 })
    const [first, second] = await pointsOf(server, 'power_sample')
    expect(first).toMatchObject({
      soc: '85',
      time_: '1',
      device_: '2',
      log_: '3',
      status_: '4',
      status__: '5',
      seq_: '6',
      voltage_v_: '7',
      seq: '0',
      status: 'ok',
      device: 'bench',
    })
    expect(second).toMatchObject({ lux: '-0.5', seq: '1' })
    expect(second).not.toHaveProperty('voltage_v')
  })

  test('names and words with everything in them that is a sign of the protocol', async () => {
    const nasty = fc.string({
      unit: fc.constantFrom(...',= "\\_\\\'#é€😀\tab\nx\u0000'),
      minLength: 1,
      maxLength: 8,
    })
    // A label or name has no blank at its ends.
    const names = fc.sample(nasty, { seed: 13, numRuns: 300 }).map((text) => cleanText(text).trim())
    const odd = [
      ...new Set([...names, 'a\\', 'a\\_', 'a\\__', '\\"', '"', "it's", '-', '#']),
    ].filter((name) => name !== '')
    const epochs = odd.map((device, i) => ({ id: i + 1, device, boot: i, startedUs: START_US + i }))
    const samples = odd.map(
      (name, i): Sample =>
        sampleAt(START_US + i, i, { epochId: i + 1, extras: { [name]: i + 0.5 } }),
    )
    const events = odd.map((name, i) => ({
      timeUs: START_US + i,
      device: name,
      kind: 'marker' as const,
      detail: `${name} ${name}`,
    }))
    const log = openWriter(file)
    for (const batch of batchesOf(samples, { epochs, events })) log.writer.write([batch])
    log.end()
    expect(await sent()).toEqual([])
  })

  test('losses, what is taken back of them, events of one microsecond, and boots that become known', async () => {
    const epoch = { ...EPOCH, boot: null }
    const at = (seq: number): number => START_US + seq * 1000
    const loss = { epochId: epoch.id, reason: 'gone' as const, fromUs: at(4), toUs: at(8) }
    const log = openWriter(file)
    const samples = series(20, 1000).filter(({ seq }) => seq !== null && (seq < 5 || seq > 7))
    const events = ['a', 'b', 'c'].map((detail) => ({
      timeUs: at(4),
      device: 'bench',
      kind: 'marker' as const,
      detail,
    }))
    for (const batch of batchesOf(samples, {
      epochs: [epoch],
      lost: [{ ...loss, firstSeq: 5, count: 3 }],
      events,
    }))
      log.writer.write([batch])
    expect(await sent()).toEqual([])
    expect(await pointsOf(server, 'power_loss')).toMatchObject([{ count: '3', first_seq: '5' }])
    expect(await pointsOf(server, 'power_event')).toHaveLength(3)
    expect((await pointsOf(server, 'power_run'))[0]).not.toHaveProperty('boot')
    // Two of the three come after all, and the device says which boot it is.
    for (const batch of batchesOf([sampleAt(at(5), 5), sampleAt(at(6), 6)], {
      epochs: [{ ...epoch, boot: 7 }],
      lost: [5, 6].map((firstSeq) => ({
        epochId: epoch.id,
        firstSeq,
        count: 1,
        fromUs: at(firstSeq),
        toUs: at(firstSeq),
        reason: 'found' as const,
      })),
    }))
      log.writer.write([batch])
    expect(await sent()).toEqual([])
    const text = await server.queryText('SELECT sum(count) FROM power_loss', 'application/csv')
    expect(text.trim().split('\n').at(-1)).toMatch(/,1$/)
    expect(await pointsOf(server, 'power_sample')).toHaveLength(19)
    expect(await pointsOf(server, 'power_run')).toMatchObject([{ boot: '7' }])
    log.end()
  })

  test('several loggers in one database stay apart', async () => {
    const files = [1, 2, 3].map((n) => join(temporaryFolder(), `log-${n}.db`))
    for (const each of files) {
      makeLog(each, series(100, 1000))
      await sendAll(each, server.sinkUrl())
    }
    for (const each of files) expect(await differences(server, contentOf(each))).toEqual([])
    expect(await pointsOf(server, 'power_sample')).toHaveLength(300)
  })

  test('but for years that InfluxDB has no number for, which are set aside', async () => {
    const years = [1970, 2261, 2263, 9000]
    makeLog(
      file,
      years.map((year, i) => sampleAt(Date.UTC(year, 0) * 1000, i)),
    )
    const status = await sendAll(file, server.sinkUrl())
    expect(status).toMatchObject({ refused: 2, queued: 0 })
    const letters = readFileSync(status.deadLetters as string, 'utf8')
      .trim()
      .split('\n')
    expect(letters.map((each) => JSON.parse(each).row.seq)).toEqual([2, 3])
    expect(letters[0]).toContain('time outside range')
    expect(await pointsOf(server, 'power_sample')).toHaveLength(2)
  })
})
