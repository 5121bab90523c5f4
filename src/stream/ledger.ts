import type { LogState } from '../storage/client/log.ts'

/**
 * The account of one device (contract 4). Each line received is counted in exactly
 * one of `samples`, `out_of_range`, `duplicates`, `malformed`, `crc_errors`,
 * `overlong` and `control`.
 */
export interface Ledger {
  /** Lines received, empty ones included. */
  lines: number
  /** Accepted samples whose values are in range. */
  samples: number
  /** Accepted samples that are marked `out_of_range` and kept out of the statistics. */
  out_of_range: number
  /** Samples that had been received before. */
  duplicates: number
  /** Lines that are no frame, and samples whose number is not to be believed. */
  malformed: number
  /** Lines whose CRC is wrong, mangled, or missing where the device sends one. */
  crc_errors: number
  /** Lines of more than 512 bytes. */
  overlong: number
  /** hello, ack, nack, gone, notes and empty lines; of other sketches, lines that are no sample of their own (docs/formats.md). */
  control: number
  /** Samples that are committed to the log. */
  logged: number
  /** Ranges of missing samples that were found. */
  gaps: number
  /** Samples that were never received. */
  lost: number
  /** Samples received after a NACK; part of `samples` or `out_of_range`. */
  recovered: number
  /** Restarts of the device. */
  reboots: number
  /** Requests to send samples again. */
  nacks_sent: number
  /** Commands that the device carried out. */
  commands_acked: number
  /** Requests for a sample (`--poll`) that the device did not answer. */
  reads_unanswered: number
  /** Bytes received. */
  bytes: number
  /** Length of the run in s. */
  seconds: number
  /** How the log is doing; `off` with `--no-log`. */
  log_state: LogState['kind'] | 'off'
  /** How often the log could not be written for a while. */
  log_outages: number
}

/** The account of a run (contract 5): sums over all devices, and each of them. */
export interface RunLedger extends Ledger {
  readonly devices: readonly (Ledger & { readonly device: string })[]
}

export function emptyLedger(): Ledger {
  return {
    lines: 0,
    samples: 0,
    out_of_range: 0,
    duplicates: 0,
    malformed: 0,
    crc_errors: 0,
    overlong: 0,
    control: 0,
    logged: 0,
    gaps: 0,
    lost: 0,
    recovered: 0,
    reboots: 0,
    nacks_sent: 0,
    commands_acked: 0,
    reads_unanswered: 0,
    bytes: 0,
    seconds: 0,
    log_state: 'off',
    log_outages: 0,
  }
}

/** What the devices share is not added up: the length of the run, and the state of the log. */
const SHARED: ReadonlySet<keyof Ledger> = new Set(['seconds', 'log_outages'])

export function runLedger(devices: readonly (Ledger & { readonly device: string })[]): RunLedger {
  const sums = emptyLedger()
  for (const each of devices) {
    for (const key of Object.keys(sums) as (keyof Ledger)[]) add(sums, each, key)
  }
  return { ...sums, devices }
}

function add(sums: Ledger, each: Ledger, key: keyof Ledger): void {
  if (key === 'log_state') sums.log_state = each.log_state
  else sums[key] = SHARED.has(key) ? Math.max(sums[key], each[key]) : sums[key] + each[key]
}
