import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Clock } from '../util/clock.ts'
import { formatLocal } from '../util/time-text.ts'
import { type Finding, Findings } from './finding.ts'

/** This program is younger than that. */
const EARLIEST_MS = Date.UTC(2025, 0, 1)
const LATEST_MS = Date.UTC(2100, 0, 1)
const LIMIT_MS = 3000

export async function checkClock(clock: Clock, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const found = new Findings('clock')
  const nowMs = clock.wallMs()
  const text = formatLocal(nowMs * 1000)
  const isPlausible = nowMs > EARLIEST_MS && nowMs < LATEST_MS
  found.add(
    isPlausible ? 'ok' : 'problem',
    isPlausible ? `it is ${text}` : `the clock says ${text}, which can't be`,
    isPlausible ? null : 'set the clock before you record: samples are logged under its time',
  )
  checkZone(found, env)
  const before = clock.monoMs()
  if (clock.monoMs() < before) found.add('problem', 'the monotonic clock runs backwards')
  const synchronised = await isSynchronised()
  if (synchronised === true) found.add('ok', 'synchronised over the network')
  else if (synchronised === false) {
    found.add(
      'warning',
      'not synchronised over the network: it drifts by seconds a day, and may be set at any time',
      'switch NTP on, for example: sudo timedatectl set-ntp true',
    )
  } else found.add('note', 'whether it is synchronised over the network can not be told here')
  return found.list
}

function checkZone(found: Findings, env: NodeJS.ProcessEnv): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const wanted = env['TZ']
  if (wanted && !isZone(wanted)) {
    found.add(
      'warning',
      `TZ=${wanted} is no time zone that is known here: times are shown in ${zone}`,
      'write it as Europe/Berlin; the log itself is in UTC',
    )
  } else found.add('ok', `time zone ${zone}; the log is in UTC`)
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name.replace(/^:/, '') })
    return true
  } catch {
    return false
  }
}

/** null: nobody tells */
async function isSynchronised(): Promise<boolean | null> {
  const said = await output('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'])
  if (said === 'yes' || said === 'no') return said === 'yes'
  if (existsSync('/run/systemd/timesync/synchronized')) return true
  // STA_UNSYNC of linux/timex.h
  const status = /^\s*status: (\d+)/m.exec((await output('adjtimex', ['--print'])) ?? '')?.[1]
  return status === undefined ? null : (Number(status) & 0x40) === 0
}

function output(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const
    execFile(program, [...args], options, (error, stdout) => {
      resolve(error === null ? stdout.trim() : null)
    })
  })
}
