import type { AlarmStatus } from '../alarms/alarm.ts'
import type { ChannelLimits } from '../alarms/limits.ts'
import type { Channel } from '../domain/channels.ts'
import type { StreamEvent } from '../domain/events.ts'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { PlcPollingStatus } from '../sources/mc/polling.ts'
import type { SourceState } from '../sources/source.ts'
import type { BatteryCapacity, BatteryState } from '../stats/battery.ts'
import type { Cycles } from '../stats/cycles.ts'
import type { EnergyBalance } from '../stats/energy-balance.ts'
import type { WindowStats } from '../stats/live-statistics.ts'
import type { Totals } from '../stats/totals.ts'
import type { LogState } from '../storage/client/log.ts'
import type { Ledger } from '../stream/ledger.ts'

/** Goes up when a member of a snapshot, or of what else a `View` answers, goes or changes its meaning. */
export const VIEW_VERSION = 1

/** Number of a device among those of the monitor, from 0 on; stays the same while its name may change. */
export type DeviceNumber = number

/** A PLC of the run, and how its polling groups are doing (docs/plc.md). */
export interface PlcView extends PlcPollingStatus {
  readonly number: DeviceNumber
  readonly device: string
  readonly source: SourceState
  readonly reason: string
}

/** How an alarm rule stands for a device. */
export interface AlarmView extends AlarmStatus {
  readonly name: string
  /** As it was written. */
  readonly rule: string
  /** Where it is about the newest value of a channel alone: beyond which end it is raised; null: about something else. */
  readonly limit: ChannelLimits | null
  /** Since it was raised, until its condition was over, µs of device time; null: not raised. */
  readonly durationUs: number | null
  /** The same since the first raise that nobody has taken notice of. */
  readonly spanUs: number | null
  /** How long it stays snoozed, ms of host time; null: it is not. */
  readonly snoozedMs: number | null
}

/**
 * A fault that nobody has acknowledged yet: what kept the sensor from measuring well, or the log from
 * being written. It needs no rule.
 */
export interface FaultLatch {
  /**
   * As the device says it: `nosensor`, `ovf`, `error`, `reset`, `clip`; `out_of_range`; `full` where a value
   * was at full scale; `log_not_written`.
   */
  readonly word: string
  /** So many times since `sinceUs`, one that goes on included. */
  readonly count: number
  /** Samples in all of them; of the log the most that have waited. */
  readonly samples: number
  /** Begin of the first one, device time, Unix µs. */
  readonly sinceUs: number
  /** End of the newest one, device time, Unix µs; null: it goes on. */
  readonly untilUs: number | null
}

/** An event, or many of them that say the same but for their numbers. */
export interface EventView extends StreamEvent {
  /** So many until now, this one included, and the time of the first of them, Unix µs; absent: it is alone. */
  readonly flood?: { readonly count: number; readonly sinceUs: number }
}

/** The alarms of a device in brief. */
export interface AlarmCount {
  /** Raised or latched, and nobody has taken notice. */
  readonly active: number
  /** So many were raised since the monitor began, but for snoozed ones; where it goes up, a bell rings. */
  readonly raised: number
}

/** How the source of a device is doing. */
export interface SourceView {
  readonly label: string
  readonly state: SourceState
  readonly reason: string
  /** It is made up: a simulator of this run, or one elsewhere that says so. Absent: a real one. */
  readonly isVirtual?: boolean
  /** One that this run can begin and end; absent: none. */
  readonly simulator?: SimulatorView
  /** Of a view of a server that is away: for how long nothing has come from it, ms. */
  readonly serverAwayMs?: number
  /** What the device waits for, in words (`rise to 1.5 A`; empty: not known), while it measures nothing else; absent: it is not armed. */
  readonly armed?: string
}

/** A device that is made up, which a viewer may have begin and end. */
export interface SimulatorView {
  readonly isRunning: boolean
  /** Label of the device that it stands in for, which it is offered in place of; absent: it is for itself. */
  readonly standsFor?: string
}

/** A device in the list of all devices. */
export interface DeviceBrief {
  readonly number: DeviceNumber
  readonly device: string
  readonly source: SourceView
  /** Newest values by channel id; null where the newest sample was not measured. */
  readonly values: Readonly<Record<string, number>> | null
  readonly channels: readonly Channel[]
  /** Samples a second. */
  readonly rate: number
  readonly lost: number
  readonly alarms: AlarmCount
  /** Where its channels are meant to stay: see `limitsOf`. */
  readonly limits: readonly ChannelLimits[]
  /** The newest begin first. */
  readonly latches: readonly FaultLatch[]
}

/** Where the log is, and how large it gets. */
export interface LogPlace {
  readonly file: string
  /** Bytes that samples of the whole retention take at the present rate; null before there is a rate. */
  readonly bytesAtRetention: number | null
  /** The monitor is not reached: what stands here was so when it last was. */
  readonly isUnknown?: boolean
}

/** Since the totals were reset, else since the first sample: of this run, with `--keep-totals` of the log. */
export interface TotalsView extends Totals {
  /** Unix µs */
  readonly sinceUs: number
  /** Time since then up to the newest sample, s. */
  readonly elapsedS: number
}

/** Of today (since midnight where the monitor runs), the last 24 and the last 48 hours, up to the moment of reading. */
export interface BalanceView extends EnergyBalance {
  readonly span: 'today' | '24h' | '48h'
}

/** Switched outputs of a device; `Snapshot` says what its members mean. */
export interface OutputsView {
  readonly outputs: Readonly<Record<string, boolean>> | null
  readonly unconfirmed: Readonly<Record<string, boolean>>
  readonly hasVirtualOutputs: boolean
}

/** A battery that says how full it is, and the panel that charges it (docs/energy-store.md). */
export interface EnergyStoreView {
  /** Newest state of charge, %; null: none was measured. */
  readonly soc: number | null
  /** Of `--battery`; null: nobody has said. */
  readonly capacity: BatteryCapacity | null
  /** State of charge times capacity, in its unit. */
  readonly stored: number | null
  /** From the log. null: being read for the first time; none: there is no log. */
  readonly balances: readonly BalanceView[] | null
  /** Its relays, where they are outputs of another device. */
  readonly relays: (OutputsView & { readonly number: DeviceNumber; readonly device: string }) | null
}

/** Everything a view may know of one moment; immutable. */
export interface Snapshot {
  readonly version: typeof VIEW_VERSION
  /** `log`: a log is looked at, without its devices; it may be one that another process writes. */
  readonly of: 'monitor' | 'log'
  readonly nowUs: number
  /** All devices of the monitor, in order of their numbers. */
  readonly devices: readonly DeviceBrief[]
  /** The one that the rest is about. */
  readonly number: DeviceNumber
  readonly device: string
  readonly source: SourceView
  /**
   * What the device measures: the main ones first (`mainChannels`), then the others in order of their first value;
   * v, a, w while nothing is known.
   */
  readonly channels: readonly Channel[]
  /** Time of the newest sample; null before the first. */
  readonly sampleUs: number | null
  /**
   * Of the newest sample that is measured and in range, by channel id, and of polling groups the newest of each channel that is not
   * older than a pause; null before the first.
   */
  readonly values: Readonly<Record<string, number>> | null
  /** Time of that sample; other than `sampleUs`: `values` are not those of the newest sample. */
  readonly valuesUs: number | null
  /** Of the newest sample, measured or not. */
  readonly status: string
  readonly mode: string | null
  /** Full scale of v, a, w by channel id, from the device's range; other channels have theirs in `channels`. */
  readonly fullScale: Readonly<Record<string, number>>
  /** Samples a second of device time over the newest 256 or 5 s, whichever is less; 0 as soon as they stay away. */
  readonly rate: number
  /** Arrival minus measurement of the newest sample in ms; what the device's clock is off is part of it. */
  readonly lagMs: number
  /** How much later the newest sample came than the quickest of the last minute, ms: no clock is part of it. */
  readonly delayMs: number
  /** Of this device. */
  readonly ledger: Readonly<Ledger>
  /** Of the log that all devices share; null with `--no-log`. */
  readonly log: (LogState & LogPlace) | null
  readonly windows: readonly WindowStats[]
  readonly totals: TotalsView
  /** A load that repeats; null: none is seen. */
  readonly cycles: Cycles | null
  /** null without `--battery`, and before the first sample */
  readonly battery: BatteryState | null
  /** null: the device measures not both a state of charge and a panel. */
  readonly energyStore: EnergyStoreView | null
  readonly startedUs: number
  /** Oldest sample that a trace can show, Unix µs; null: none yet. */
  readonly oldestUs: number | null
  /** Those of the device, in order of the rules; none where there are no rules. */
  readonly alarms: readonly AlarmView[]
  /** Where channels are meant to stay, of `--limit` and of alarm rules: see `limitsOf`. */
  readonly limits: readonly ChannelLimits[]
  /**
   * That the log was not written, then what the sensor could not measure, the newest begin first; nobody has
   * taken notice of it.
   */
  readonly latches: readonly FaultLatch[]
  /** Newest first, at most 50. */
  readonly events: readonly EventView[]
  /** True where the newest sample has no number, so that no loss can be seen. */
  readonly unnumbered: boolean
  /** Switched outputs of the device by name, true where on, as it has last said; null: it has said nothing of any. */
  readonly outputs: Readonly<Record<string, boolean>> | null
  /**
   * What was asked of outputs, whoever asked, and is not reported so, by name; empty: nothing. Such an output is shown as
   * `outputs` has it, with the word "unconfirmed".
   */
  readonly unconfirmed: Readonly<Record<string, boolean>>
  /** Nothing is really switched: the outputs are made up, as those of a device that is. */
  readonly hasVirtualOutputs: boolean
  /** What device and host apply to the readings, in words; empty: nothing. */
  readonly calibration: string
  /** The PLCs among all devices; none: there are none. */
  readonly plcs: readonly PlcView[]
  /** Where else the data of all devices goes, in the order in which they were named. */
  readonly sinks: readonly SinkStatus[]
}
