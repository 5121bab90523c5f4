import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { faultsOf } from '../support/home-assistant.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto } from '../support/servers/mosquitto.ts'

function monitor(sink: string, file: string, ...more: readonly string[]): ChildProcess {
  return start(['monitor', '--mock', '--output', 'none', '--db', file, '--sink', sink, ...more])
}

describe.skipIf(!hasMosquitto)('Home Assistant', () => {
  test('is told what there is, again when it has started, and what has gone', async () => {
    const broker = await Mosquitto.start()
    const file = join(temporaryFolder(), 'log.db')
    const sink = `${broker.url}?discovery=homeassistant`
    const first = monitor(sink, file, '--alarm', 'v > 1V as over')
    const heard = await broker.subscriber('homeassistant/#')
    const configs = (): Map<string, string> => {
      return new Map(
        heard.all
          .filter(({ topic }) => topic.endsWith('/config'))
          .map(({ topic, payload }) => [topic, payload]),
      )
    }
    await until('board and logger are there', () => configs().size === 2)
    for (const [topic, payload] of configs()) {
      expect(faultsOf(topic, JSON.parse(payload))).toEqual([])
    }
    const all = [...configs().values()].join()
    for (const key of ['voltage', 'energy', 'alarm_over', 'output_A', 'connection']) {
      expect(all).toContain(`"${key}":`)
    }
    const before = heard.all.length
    await broker.publish('homeassistant/status', 'online')
    await until('they are there again', () => heard.all.length >= before + 3)
    expect((await broker.retained('homeassistant/#')).size).toBe(2)
    first.kill('SIGKILL')
    // Without that rule: it stays for a while, since much comes to be known one by one.
    const later = heard.all.length
    monitor(sink, file)
    await until('it is told anew', () => {
      const told = heard.all.slice(later).filter(({ payload }) => payload.includes('"voltage":'))
      return told.some(({ payload }) =>
        payload.includes('"alarm_over":{"platform":"binary_sensor","name"'),
      )
    })
  })
})
