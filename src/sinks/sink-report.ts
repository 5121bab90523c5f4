import { readlinkSync } from 'node:fs'
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
  /** Which processes `pid` is one of: containers may have the same host name, each with a process 1. Absent: not known. */
  readonly pids?: string
  /** Random name of the run: tells it from any other process. Absent: an older version of ours. */
  readonly run?: string
}

/** @param run random name of this run */
export function reportText(status: SinkStatus, run: string): string {
  const { pid } = process
  const pids = pidNamespace()
  return JSON.stringify({
    ...{ version: VERSION, pid, host: hostname() },
    ...(pids !== null && { pids }),
    run,
    status,
  })
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

/** Whether that is another run than this one, and it still serves the sink. */
export function isServedElsewhere(report: SinkReport, run: string, nowMs: number): boolean {
  return report.run !== run && isServed(report, nowMs)
}

/** Whether its process still serves the sink. */
export function isServed({ status, pid, host, pids }: SinkReport, nowMs: number): boolean {
  if (status.state === 'ended') return false
  const isFresh = Math.abs(nowMs - status.atMs) < FRESH_MS
  const isSeen = host === hostname() && (pids === undefined || pids === pidNamespace())
  return isFresh && (!isSeen || isProcessAlive(pid))
}

/** Of Linux (pid_namespaces(7)); null: there is none to be told. */
function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}
