import { LogReader } from '../storage/read/log-reader.ts'
import type { Clock } from '../util/clock.ts'
import { formatDuration } from '../util/duration.ts'
import { asInaError } from '../util/errors.ts'
import { formatLocal } from '../util/time-text.ts'
import { END_OF_TIME_US } from '../util/time-units.ts'
import { installedUnit } from './remove.ts'
import type { Systemd } from './systemd.ts'

const LAST_MINUTE_US = 60_000_000
const LINES = 5

/** How the service is, and what its log got of late, in lines. @throws InaError */
export function statusLines(systemd: Systemd, clock: Clock): string[] {
  systemd.check()
  const { log, addresses, tokenFile } = installedUnit(systemd)
  const is = systemd.properties(
    'ActiveState',
    'SubState',
    'MainPID',
    'StateChangeTimestamp',
    'StatusText',
    'NRestarts',
    'Result',
    'UnitFileState',
  )
  const pid = is['MainPID'] === '0' ? '' : `, pid ${is['MainPID']}`
  const result = is['Result'] === 'success' ? '' : `, last result: ${is['Result']}`
  const last = systemd.lastLines(LINES)
  return [
    `state     ${is['ActiveState']} (${is['SubState']}) since ${is['StateChangeTimestamp'] || '-'}${pid}${result}`,
    `says      ${is['StatusText'] || '-'}`,
    `restarts  ${is['NRestarts']}; unit ${systemd.unitFile} (${is['UnitFileState']})`,
    `log       ${log}`,
    ...(tokenFile === null ? [] : [`serves    ${addresses.join(', ')}; token in ${tokenFile}`]),
    `samples   ${recentSamples(log, clock)}`,
    last.length === 0 ? 'last lines: none that may be read here' : 'last lines:',
    ...last.map((line) => `  ${line}`),
  ]
}

/** `600 in the last minute; the newest 2026-11-20 20:13:00, 0.5 s ago`. */
function recentSamples(log: string, clock: Clock): string {
  try {
    const reader = LogReader.open(log)
    try {
      const nowUs = Math.round(clock.wallMs() * 1000)
      const span = reader.span(null)
      if (span === null) return 'none yet'
      const minute = { fromUs: nowUs - LAST_MINUTE_US, toUs: END_OF_TIME_US, device: null }
      const recent = reader.totals(minute)
      const count = recent.reduce((sum, { samples }) => sum + samples, 0)
      const ago = formatDuration(Math.max(0, Math.round((nowUs - span.toUs) / 1e6) * 1000))
      return `${count} in the last minute; the newest ${formatLocal(span.toUs)}, ${ago} ago`
    } finally {
      reader.close()
    }
  } catch (error) {
    const { message, hint } = asInaError(error)
    return `not known: ${message}; ${hint}`
  }
}
