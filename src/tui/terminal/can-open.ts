import { terminalReachable } from './tty.ts'

/** Whether the screen is the natural output: a terminal to draw on, and one to take keys from. */
export function canOpenScreen(
  stdin: { readonly isTTY?: boolean },
  stdout: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): boolean {
  if (!stdout.isTTY || env['TERM'] === 'dumb') return false
  return stdin.isTTY === true || terminalReachable()
}
