import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SinkLog, SinkPlace } from '../../src/sinks/sink-log.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, openWriter, START_US, series } from '../support/log-fixture.ts'
import { InfluxDouble } from '../support/servers/influx-double.ts'
import { sendAll } from '../support/sink-rig.ts'

test('what has to go before a sink could take it is counted, and on record there, too', async () => {
  const server = await InfluxDouble.start()
  onTestFinished(() => server.close())
  const file = join(temporaryFolder(), 'log.db')
  const retainMs = 60_000
  const write = (from: number, count: number): void => {
    const log = openWriter(file, retainMs)
    for (const batch of batchesOf(series(count, 100_000, from))) log.writer.write([batch])
    log.end()
  }
  write(0, 100)
  const log = new SinkLog(file, 'other')
  // 100 samples past the retention.
  await new SinkPlace(log, 'x', 3200).begin()
  log.close()
  // Half an hour at 10 Hz: 600 samples are within the retention.
  write(100, 18_000)
  const missed = (): number | undefined => {
    const registry = ReaderRegistry.open(file)
    try {
      return registry.list()[0]?.missed
    } finally {
      registry.close()
    }
  }
  const { length: events } = server.lines
  const status = await sendAll(file, `${server.sinkUrl}&name=x`)
  const samples = server.lines.filter((line) => line.startsWith('power_sample'))
  expect(missed()).toBeGreaterThan(16_000)
  expect(status.missed).toBe(missed())
  expect(samples.length + (missed() ?? 0)).toBe(18_100)
  expect(new Set(samples).size).toBe(samples.length)
  const said = server.lines.slice(events).filter((line) => /^power_event\S*,kind=sink /.test(line))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`${missed()}`)
  expect(samples.at(-1)).toMatch(new RegExp(` ${START_US + 18_099 * 100_000}$`))
})
