import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createDraft } from '../util/draft-file.ts'
import { InaError } from '../util/errors.ts'
import { attemptWrite, makeFolders } from './folders.ts'
import type { Systemd } from './systemd.ts'
import { readUnit, UNIT_NAME, type UnitPlan, unitText } from './unit.ts'

/**
 * Writes the unit, enables it, and starts the logger, or starts it again with a new unit.
 *
 * @param say gets one line at a time
 * @throws InaError usage_invalid, config_invalid, or by the class of what ended the logger
 */
export function installUnit(plan: UnitPlan, systemd: Systemd, say: (line: string) => void): void {
  systemd.check()
  const file = systemd.unitFile
  refuseForeign(file)
  const text = unitText(plan)
  verify(text, systemd, say)
  makeFolders(plan.writable, plan.user, say)
  attemptWrite(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    const draft = createDraft(file)
    writeFileSync(draft, text)
    chmodSync(draft, 0o644)
    renameSync(draft, file)
  })
  say(`wrote ${file}:`)
  for (const line of text.trimEnd().split('\n')) say(line === '' ? '' : `  ${line}`)
  systemd.systemctl('daemon-reload')
  systemd.systemctl('enable', '--quiet', UNIT_NAME)
  start(systemd)
  say(`${UNIT_NAME} is enabled and running`)
  for (const line of nextSteps(plan)) say(line)
}

function refuseForeign(file: string): void {
  if (!existsSync(file) || readUnit(readFileSync(file, 'utf8')) !== null) return
  throw new InaError(
    'usage_invalid',
    `${file} is in the way: it is no unit of ina219 service`,
    'move it away, or remove that service',
  )
}

/** What systemd thinks of the unit before it gets to see it; without systemd-analyze nobody is asked. */
function verify(text: string, systemd: Systemd, say: (line: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-unit-'))
  try {
    const file = join(folder, UNIT_NAME)
    writeFileSync(file, text)
    const { code, stderr } = systemd.run('systemd-analyze', ['verify', file])
    // It looks at other units, too: what it says of those is none of ours.
    const faults = stderr.split('\n').filter((line) => line.includes(UNIT_NAME))
    for (const fault of faults) say(`systemd: ${fault.replaceAll(`${folder}/`, '')}`)
    if (code <= 0 || faults.length === 0) return
    throw new InaError(
      'config_invalid',
      `systemd refuses the unit: ${faults[0]}`,
      'see the unit with --print; nothing was installed',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function start(systemd: Systemd): void {
  const { code } = systemd.run('systemctl', ['restart', UNIT_NAME])
  if (code === 0) return
  const { ExecMainStatus, Result } = systemd.properties('ExecMainStatus', 'Result')
  const said = systemd.lastLines(20).filter((line) => line.includes('ina219:'))
  const reason = said.at(-1)?.replace(/^.*?ina219: /, '') ?? `${Result}, status ${ExecMainStatus}`
  const codes = { '3': 'device_refused', '4': 'log_unwritable' } as const
  throw new InaError(
    codes[ExecMainStatus as keyof typeof codes] ?? 'config_invalid',
    `the unit is installed, but the logger did not start: ${reason}`,
    'see: ina219 service status; then install it again, or take it away: ina219 service remove',
  )
}

function nextSteps({ scope, log, doors }: UnitPlan): string[] {
  const served =
    doors === null ? [] : [`serving on ${doors.addresses.join(', ')}; token: ${doors.tokenFile}`]
  const steps = [`log: ${log}`, ...served, 'how it is: ina219 service status']
  if (scope === 'system') return [...steps, 'it starts with the machine']
  const user = userInfo().username
  if (lingers(user)) return [...steps, 'it starts with the machine (this user lingers)']
  return [
    ...steps,
    `it runs while ${user} is logged in; to have it start with the machine: loginctl enable-linger ${user}`,
  ]
}

function lingers(user: string): boolean {
  return existsSync(join('/var/lib/systemd/linger', basename(user)))
}
