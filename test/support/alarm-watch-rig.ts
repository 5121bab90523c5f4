import { parseRule } from '../../src/alarms/parse-rule.ts'
import type { StreamEvent } from '../../src/domain/events.ts'
import { AlarmWatch } from '../../src/monitor/alarm-watch.ts'
import { LineSource } from './line-source.ts'
import { startHub } from './stream-rig.ts'

export const BEGIN_S = 1_790_000_000

export class TestClock {
  ms = BEGIN_S * 1000
  wallMs(): number {
    return this.ms
  }
  monoMs(): number {
    return this.ms - BEGIN_S * 1000
  }
}

/** A live device whose rules are watched; time is what the test says. */
export function watched(...rules: string[]): Watched {
  return watchedSource(new LineSource({ live: true }), rules)
}

/** The same of a pipe. */
export function watchedPipe(...rules: string[]): Watched {
  return watchedSource(new LineSource({ live: false }), rules)
}

export interface Watched {
  readonly clock: TestClock
  readonly source: LineSource
  readonly watch: AlarmWatch
  readonly events: StreamEvent[]
  readonly heard: string[]
  /** Lets time pass in ticks of 50 ms. */
  pass(seconds: number): void
}

function watchedSource(source: LineSource, rules: readonly string[]): Watched {
  const clock = new TestClock()
  const { hub } = startHub({ clock, sources: [source], keepTime: !source.live })
  const heard: string[] = []
  const watch = new AlarmWatch({
    hub,
    clock,
    devices: [{ rules: rules.map((each) => parseRule(each)), channelUnit: () => null }],
    onEvent: (_, { kind, rule }, isSnoozed) => {
      heard.push(`${kind} ${rule.name}${isSnoozed ? ' snoozed' : ''}`)
    },
  })
  hub.bus.subscribe(watch)
  const events: StreamEvent[] = []
  hub.bus.subscribe({ event: (_, event) => events.push(event) })
  const pass = (seconds: number): void => {
    for (let ms = 0; ms < seconds * 1000; ms += 50) {
      clock.ms += 50
      hub.tick()
      watch.tick()
    }
  }
  return { clock, source, watch, events, heard, pass }
}

/** `<seconds after the begin> <kind> <text>` of each. */
export function alarmsOf(events: readonly StreamEvent[]): string[] {
  return events
    .filter(({ kind }) => kind.startsWith('alarm_'))
    .map(({ timeUs, kind, text }) => `${timeUs / 1e6 - BEGIN_S} ${kind} ${text}`)
}
