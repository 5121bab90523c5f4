import { expect } from 'vitest'
import { ina219 } from './cli.ts'

export const BEGIN_S = 1_790_000_000

/** One sample a second with these currents. */
export function frames(currents: readonly number[]): string {
  return currents.map((a, i) => `{"v":5,"a":${a},"ts":${BEGIN_S + i},"seq":${i}}\n`).join('')
}

/** A monitor of what it is fed, which prints events alone. */
export const QUIET = ['monitor', '--stdin', '--keep-time', '--output', 'none']

/** What a monitor says that does not start for these arguments: one line. */
export async function refused(...args: string[]): Promise<string> {
  const run = await ina219([...QUIET, '--no-log', ...args], frames([1]))
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr.trim().split('\n')).toHaveLength(1)
  return run.stderr
}
