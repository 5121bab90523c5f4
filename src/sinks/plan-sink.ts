import { createHash } from 'node:crypto'
import type { SinkKind } from '../domain/sink-status.ts'
import { didYouMean } from '../util/nearest.ts'
import { influxSettings } from './influx/influx-settings.ts'
import { mqttSettings } from './mqtt/mqtt-settings.ts'
import { postgresSettings } from './postgres/postgres-settings.ts'
import type { SinkPlan } from './sink-plan.ts'
import { invalid, SinkUrl } from './sink-url.ts'

/** What a kind makes of its URL. */
export interface PlannedSink {
  /** Where it is, without what is secret; what differs makes another sink. */
  readonly target: string
  readonly settings: object
}

/** Each kind of sink by the schemes of its URLs: one more is a line here, and one in `open-sink.ts`. */
const KINDS: Readonly<Record<string, readonly [SinkKind, (url: SinkUrl) => PlannedSink]>> = {
  'influx+http': ['influx', influxSettings],
  'influx+https': ['influx', influxSettings],
  postgres: ['postgres', postgresSettings],
  postgresql: ['postgres', postgresSettings],
  mqtt: ['mqtt', mqttSettings],
  mqtts: ['mqtt', mqttSettings],
}

const LONGEST_NAME = 64
const SUM_DIGITS = 8

/**
 * Reads what `--sink` says.
 *
 * @param keepBytes of `--sink-keep`
 * @throws InaError usage_invalid
 */
export function planSink(text: string, keepBytes: number, env: NodeJS.ProcessEnv): SinkPlan {
  const url = new SinkUrl(text, env)
  const schemes = Object.keys(KINDS)
  const found = KINDS[url.scheme]
  if (found === undefined) {
    const known = `there are ${schemes.map((each) => `${each}://`).join(', ')}`
    throw invalid(
      `there is no sink of the scheme '${url.scheme}'`,
      didYouMean(url.scheme, schemes, known),
    )
  }
  const [kind, read] = found
  const name = url.parameter('name')
  const { target, settings } = read(url)
  url.end()
  return { kind, name: readerName(name ?? target), target, keepBytes, settings }
}

/** What is too long is cut, what is no plain text replaced: with a sum of all of it, so that different ones stay different. */
function readerName(text: string): string {
  const plain = text.replaceAll(/[^\x21-\x7e]/g, '_')
  if (plain === text && plain.length <= LONGEST_NAME) return plain
  const sum = createHash('sha256').update(text).digest('hex').slice(0, SUM_DIGITS)
  return `${plain.slice(0, LONGEST_NAME - SUM_DIGITS - 1)}~${sum}`
}
