import type { Command, CommandResult } from '../protocol/link/commands.ts'

/** `set_interval 500`; further members as they go over the wire. */
export function commandText({ cmd, value, ...members }: Command): string {
  const further = Object.entries(members).map(([name, each]) => `${name}=${JSON.stringify(each)}`)
  return [cmd, JSON.stringify(value), ...further].filter((each) => each !== undefined).join(' ')
}

/**
 * How a command ended, in words.
 *
 * @param firmware as the device says in `hello`; null: it has not
 */
export function resultText(
  result: CommandResult,
  { cmd }: Command,
  firmware: string | null,
): string {
  if (result.kind === 'ok') return 'ok'
  if (result.kind === 'unanswered') return 'unanswered'
  if (result.kind === 'dropped') return 'not sent: too many commands wait'
  const said = REASONS[result.error]?.(cmd, firmware) ?? result.error
  return isUnconfirmed(result) ? said : `refused: ${said}`
}

/** An output may or may not be switched: the device answered so, or was asked in vain by its own host. */
export function isUnconfirmed(result: CommandResult): boolean {
  return result.kind === 'refused' && UNCONFIRMED.includes(result.error)
}

/** What relays answer that do not confirm (`Switched` in sources/posted/relays.ts). */
const UNCONFIRMED: readonly string[] = ['unconfirmed', 'timeout']

/** PROTOCOL.md 5.3: what the errors of a command mean. */
const REASONS: Readonly<Record<string, (cmd: string, firmware: string | null) => string>> = {
  unknown: (cmd, firmware) =>
    `this ${firmware === null ? 'device' : `firmware (${firmware})`} does not know ${cmd}`,
  range: (cmd) =>
    cmd === 'set_trigger'
      ? 'range (beyond its full scale, or its threshold is set: threshold=off first)'
      : 'range (the device does not allow that value)',
  busy: () =>
    'busy (an earlier command is still under way, or the device is armed: trigger=off ends that)',
  unconfirmed: () => 'unconfirmed (answered, but not reported as switched)',
  timeout: () => 'unconfirmed (the relays did not answer)',
  sensor: () => 'sensor (it does not answer)',
  wear: () => 'wear (saved too often, which wears the EEPROM: once more in ten minutes)',
}
