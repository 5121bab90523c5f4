/** What can happen to a stream or to the log, as kept in the log and shown. */

interface KindTraits {
  /** Comes as often as samples do, and goes from the log with them; others stay. */
  readonly isFrequent: boolean
  /** Left out where samples are for programs: it is in the ledger and in the log. */
  readonly isQuiet: boolean
  /** Each of them says something of its own, so that none is folded with others of its kind. */
  readonly isSingle: boolean
}

const RARE: KindTraits = { isFrequent: false, isQuiet: false, isSingle: false }
const SINGLE: KindTraits = { ...RARE, isSingle: true }

/** Every kind of event, once. */
export const EVENT_KINDS = {
  /** A device said who it is. */
  hello: RARE,
  /** It began anew. */
  restart: RARE,
  /** Its port is back. */
  reconnect: RARE,
  /** A note of the device for people. */
  note: { ...RARE, isFrequent: true, isQuiet: true },
  /** Samples were received after having been asked for again. */
  recovery: { ...RARE, isFrequent: true, isQuiet: true },
  /** Samples will never be received. */
  lost: { ...RARE, isQuiet: true },
  /** A clock was set, or a time stamp contradicts the others. */
  clock: RARE,
  /** How a command to the device ended. */
  command: RARE,
  /** Its sequence numbers mean nothing. */
  unnumbered: RARE,
  /** Its lines come without a CRC now. */
  unprotected: RARE,
  /** The form of its lines was found out, or is another than before. */
  format: RARE,
  /** It sends more channels than it can have. */
  channels: RARE,
  /** It sends more different states than are kept. */
  status: RARE,
  /** The log took samples from the spill file, or was not written for a while. */
  spill: RARE,
  /** The state of the log changed. */
  log: RARE,
  /** Samples went for another reason than the passing of time. */
  retention: RARE,
  /** Two runs of a device at the same time. */
  overlap: RARE,
  /** A sink is not reached, or is again, refuses rows, or lost samples to the retention. */
  sink: RARE,
  /** The sensor can't measure, or can again. */
  sensor: { ...RARE, isQuiet: true },
  /** Somebody set a mark, with a note. */
  marker: SINGLE,
  /** A value that stands out from those around it. */
  anomaly: { ...RARE, isFrequent: true, isQuiet: true },
  /** The condition of an alarm rule has come true, is no longer so, or someone has taken notice. */
  alarm_on: SINGLE,
  alarm_off: SINGLE,
  alarm_ack: SINGLE,
  /** A program of `--on-alarm` failed, or an output could not be switched. */
  alarm_program: RARE,
  /** An alarm rule is about a channel that no sample has had. */
  alarm_idle: RARE,
  /** Charge and energy began again at 0. */
  totals: SINGLE,
  /** What is applied to the device's readings has changed. */
  calibration: SINGLE,
  /** A polling group began or ended, or turns or tags of it could not be read. */
  poll: { ...RARE, isFrequent: true, isQuiet: true },
  /** What the turns of a polling group have come to: once an hour while some fail, and at the end of the run. */
  poll_sums: { isFrequent: true, isQuiet: true, isSingle: true },
  /** Switched outputs of the device have changed. */
  output: SINGLE,
  /** The device waits for a trigger, or does so no more; a burst has come. */
  trigger: SINGLE,
  /** A day file was written, or can't be. */
  backup: RARE,
  /**
   * The states of a source, see `SourceState`. That a device that has measured is gone (`silent`, `waiting`) is
   * kept in the log as well.
   */
  opening: RARE,
  waiting: { ...RARE, isFrequent: true },
  live: RARE,
  silent: { ...RARE, isFrequent: true },
  ended: RARE,
} as const satisfies Readonly<Record<string, KindTraits>>

export type EventKind = keyof typeof EVENT_KINDS

export interface StreamEvent {
  /** Unix µs */
  readonly timeUs: number
  readonly kind: EventKind
  /** Clean text, safe to show. */
  readonly text: string
  /** Of which part of the device, such as a polling group; folded with those of the same part only. Absent: of all of it. */
  readonly about?: string
}

export function isQuiet(kind: EventKind): boolean {
  return EVENT_KINDS[kind].isQuiet
}

/** Each one is kept by itself, however many there are. */
export function isSingle(kind: EventKind): boolean {
  return EVENT_KINDS[kind].isSingle
}

/** What people look for among the events, and the kinds that tell of it. Lost ranges are gaps, too. */
export const EVENT_SUBJECTS = {
  alarm: ['alarm_on'],
  gap: ['lost', 'silent', 'waiting'],
  restart: ['restart', 'reconnect'],
  marker: ['marker'],
  anomaly: ['anomaly'],
  any: [
    ...(['alarm_on', 'lost', 'silent', 'waiting', 'restart', 'reconnect', 'marker'] as const),
    ...(['anomaly', 'sensor', 'output', 'trigger', 'calibration', 'clock', 'totals'] as const),
  ],
} as const satisfies Readonly<Record<string, readonly EventKind[]>>

export type EventSubject = keyof typeof EVENT_SUBJECTS

/** Kinds that go from the log with the samples. */
export const FREQUENT_KINDS: readonly EventKind[] = (
  Object.keys(EVENT_KINDS) as EventKind[]
).filter((kind) => EVENT_KINDS[kind].isFrequent)
