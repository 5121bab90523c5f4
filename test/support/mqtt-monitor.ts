import type { ChildProcess } from 'node:child_process'
import { start } from './cli.ts'
import type { Subscriber } from './servers/mosquitto.ts'

/** Topics of the mock board. */
export const DEVICE = 'ina219/mock:normal'

/** A monitor of a mock board with a sink. */
export function monitor(sink: string, file: string, ...more: readonly string[]): ChildProcess {
  return start(['monitor', '--mock', '--output', 'none', '--db', file, '--sink', sink, ...more])
}

/** The newest message of a topic; null: none came. */
export function newest(heard: Subscriber, topic: string): string | null {
  return heard.all.findLast((each) => each.topic === topic)?.payload ?? null
}

export function state(heard: Subscriber): Record<string, never> {
  return JSON.parse(newest(heard, `${DEVICE}/state`) ?? '{}')
}
