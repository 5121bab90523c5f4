import type { LogState } from '../storage/client/log.ts'

/** Contract 4: the run's account. The seven line classes add up to `lines`. */
export interface Ledger {
  lines: number
  samples: number
  out_of_range: number
  duplicates: number
  malformed: number
  crc_errors: number
  overlong: number
  control: number
  logged: number
  gaps: number
  lost: number
  recovered: number
  reboots: number
  nacks_sent: number
  commands_acked: number
  bytes: number
  seconds: number
  /** How the log is doing; `off` with `--no-log`. */
  log_state: LogState['kind'] | 'off'
  /** How often the log could not be written for a while. */
  log_outages: number
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
    bytes: 0,
    seconds: 0,
    log_state: 'off',
    log_outages: 0,
  }
}
