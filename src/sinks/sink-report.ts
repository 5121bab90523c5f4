import { hostname } from 'node:os'
import type { SinkStatus } from '../domain/sink-status.ts'
import { isProcessAlive } from '../util/process-alive.ts'

/** Goes up when a member changes its meaning or goes. */
const VERSION = 1
/** A process that lives reports more often, ms. */
const FRESH_MS = 20_000

/** What the process that serves a sink says of it in the log, for other processes. */
export interface SinkReport {
  readonly status: SinkStatus
  readonly pid: number
  readonly host: string
}

export function reportText(status: SinkStatus): string {
  return JSON.stringify({ version: VERSION, pid: process.pid, host: hostname(), status })
}

/** null: none, or one of another version. */
export function readReport(text: string | null): SinkReport | null {
  if (text === null) return null
  try {
    const { version, ...report } = JSON.parse(text) as SinkReport & { version: number }
    return version === VERSION ? report : null
  } catch {
    return null
  }
}

/** Whether that is another process than this one, and it still serves the sink. */
export function isServedElsewhere(report: SinkReport, nowMs: number): boolean {
  const isOwn = report.pid === process.pid && report.host === hostname()
  return !isOwn && isServed(report, nowMs)
}

/** Whether its process still serves the sink. */
export function isServed({ status, pid, host }: SinkReport, nowMs: number): boolean {
  if (status.state === 'ended') return false
  const isFresh = Math.abs(nowMs - status.atMs) < FRESH_MS
  return isFresh && (host !== hostname() || isProcessAlive(pid))
}
