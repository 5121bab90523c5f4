import type { Rule } from '../alarms/rule.ts'
import type { Calibration } from '../domain/calibration.ts'
import type { ChannelSetting } from '../domain/channels.ts'
import type { DeviceRange } from '../domain/limits.ts'
import type { Command } from '../protocol/link/commands.ts'
import type { ServePlan } from '../serve/serve-plan.ts'
import type { SinkPlan } from '../sinks/sink-plan.ts'
import type { FormatChoice } from '../sources/formats/format-choice.ts'
import type { PlcPlan } from '../sources/mc/poll-plan.ts'
import type { BatterySetting } from '../stats/battery.ts'
import type { ThemeChoice } from '../theme/themes.ts'

/** What one device or several are read from, line by line. @param format what the lines are; absent: found out */
type LineSourcePlan =
  /** @param wait true: a port that is absent or refused at the start is waited for */
  | {
      readonly kind: 'port'
      readonly path: string
      readonly baud: number
      readonly wait: boolean
      readonly format?: FormatChoice
    }
  | { readonly kind: 'stdin'; readonly format?: FormatChoice }

/** Relays that are switched by an HTTP call, or none that really are. */
export type RelayPlan =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'virtual' }

/** What a device is read from. */
export type SourcePlan =
  | LineSourcePlan
  /** Samples are posted to `serve`. @param name of the device, and of its path */
  | {
      readonly kind: 'ingest'
      readonly name: string
      /** What its outputs switch; null: it has none. */
      readonly relays: RelayPlan | null
    }
  /** A PLC is asked. @param spread its groups among those of all PLCs: of how many, and from which on */
  | { readonly kind: 'plc'; readonly plan: PlcPlan; readonly spread: PollSpread }
  /** A virtual energy store, offered while a device does not answer. @param standsFor its label */
  | { readonly kind: 'stand-in'; readonly standsFor: string }
  /** Several mocks of a run have different seeds: 1, 2, ... */
  | { readonly kind: 'mock'; readonly scenario: string; readonly seed: number }

/** Which of the groups of all PLCs are these, so that not all of them are read at the same moment. */
export interface PollSpread {
  /** From 0. */
  readonly first: number
  readonly all: number
}

/** One of several devices that share a source: the same object in the plan of each. */
export interface PartPlan {
  readonly kind: 'part'
  readonly of: LineSourcePlan
  /** From 0. */
  readonly part: number
}

/** One device of a run, as the command line describes it. */
export interface DevicePlan {
  readonly source: SourcePlan | PartPlan
  /** Label given by the user; null: what the device says of itself, else the source. */
  readonly device: string | null
  /** To be sent once the device is there, in this order; empty for standard input. */
  readonly settings: readonly Command[]
  /** What the user says of the range; the rest is for the device to say. */
  readonly range: Partial<DeviceRange>
  /** What the host applies to its samples; null: nothing */
  readonly calibration: Calibration | null
  /** Ask for each sample, ms from one to the next; null: the device streams. */
  readonly pollMs: number | null
  /** Each id at most once. */
  readonly channels: readonly ChannelSetting[]
  /** Contract: `--battery`; null: none. */
  readonly battery: BatterySetting | null
  /** Each name at most once. */
  readonly alarms: readonly Rule[]
}

/** A device that has its source for itself. */
export interface WholeDevicePlan extends DevicePlan {
  readonly source: SourcePlan
}

/** What is done when something happens to an alarm (contract: `--on-alarm`). */
export type AlarmAction =
  | { readonly kind: 'program'; readonly file: string; readonly args: readonly string[] }
  /** Switched when one is raised. */
  | { readonly kind: 'output'; readonly outputs: Readonly<Record<string, boolean>> }

export interface LogPlan {
  /** As the user names it. */
  readonly path: string
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly retainMs: number
}

/** A daily back-up of the log. */
export interface BackupPlan {
  /** Absolute. */
  readonly folder: string
  /** So many day files stay. */
  readonly keepDays: number
}

export const OUTPUT_KINDS = ['tui', 'plain', 'ndjson', 'none'] as const
export type OutputKind = (typeof OUTPUT_KINDS)[number]

export type OutputPlan = ScreenPlan | { readonly kind: Exclude<OutputKind, 'tui'> }

export interface ScreenPlan {
  readonly kind: 'tui'
  /** Draw with ASCII characters only. */
  readonly ascii: boolean
  readonly theme: ThemeChoice
  /** Take the mouse. */
  readonly mouse: boolean
  /** First words about the keys. */
  readonly hints: boolean
  /** Ring the terminal's bell when an alarm is raised. */
  readonly bell: boolean
}

/** What a run of the monitor does, decided before anything is opened. */
export interface RunPlan {
  /** In order of their numbers; at least one. */
  readonly devices: readonly DevicePlan[]
  /** null: no log */
  readonly log: LogPlan | null
  /** Contract: `--keep-time`. */
  readonly keepTime: boolean
  /** Contract: `--keep-totals`; only with a log. */
  readonly keepTotals: boolean
  /** Stop after so many samples of all devices; null: no limit. */
  readonly maxSamples: number | null
  /** Stop after that long; null: no limit. */
  readonly durationMs: number | null
  /** Whether values that stand out are looked for. */
  readonly anomalies: boolean
  readonly output: OutputPlan
  readonly onAlarm: readonly AlarmAction[]
  /** Where the ledger goes at the end; `-` is stdout, null: nowhere. */
  readonly summary: string | null
  /** null: none */
  readonly backup: BackupPlan | null
  /** Where else the data goes; only with a log. Each name at most once. */
  readonly sinks: readonly SinkPlan[]
  /** File that is touched while all is alive; null: none. */
  readonly heartbeat: string | null
  /** Who may watch, and where; null: nobody but the output. */
  readonly serve: ServePlan | null
}
