import type { SinkKind } from '../domain/sink-status.ts'
import { isInaError } from '../util/errors.ts'
import { hashOf } from '../util/hash.ts'
import { didYouMean } from '../util/nearest.ts'
import { influxSettings } from './influx/influx-settings.ts'
import { mqttSettings } from './mqtt/mqtt-settings.ts'
import { postgresSettings } from './postgres/postgres-settings.ts'
import type { SinkPlan } from './sink-plan.ts'
import { invalid, SinkUrl } from './sink-url.ts'
import { withoutFiles } from './sink-url-text.ts'

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

/**
 * Reads what `--sink` says.
 *
 * @param keepBytes of `--sink-keep`; null: not given
 * @throws InaError usage_invalid
 */
export function planSink(text: string, keepBytes: number | null, env: NodeJS.ProcessEnv): SinkPlan {
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

/**
 * The name of the sink that a URL describes, as the log has it.
 *
 * @param text may be anything; the files that it names need not be there any more
 * @returns null: no sink has such a URL
 */
export function sinkNameOf(text: string, env: NodeJS.ProcessEnv): string | null {
  try {
    // Before anything is left out of it: what is said of it holds for the whole.
    new SinkUrl(text, env)
    return planSink(withoutFiles(text), null, env).name
  } catch (error) {
    if (isInaError(error)) return null
    throw error
  }
}

/** What is too long is cut, what is no plain text replaced: with a sum of all of it, so that different ones stay different. */
function readerName(text: string): string {
  const plain = text.replaceAll(/[^\x21-\x7e]/g, '_')
  if (plain === text && plain.length <= LONGEST_NAME) return plain
  const sum = hashOf(text)
  return `${plain.slice(0, LONGEST_NAME - sum.length - 1)}~${sum}`
}
