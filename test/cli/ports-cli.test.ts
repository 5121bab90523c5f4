import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

function ports(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [bin, 'ports', ...args], { encoding: 'utf8' })
}

describe('ina219 ports on this machine', () => {
  it('ends with 0 whatever there is, silent on stderr', () => {
    const { status, stdout, stderr } = ports()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^(PORT +LOOKS LIKE|No serial port found)/)
  })

  it('lists as JSON, and never fewer with --all', () => {
    const few = JSON.parse(ports('--json').stdout) as { path: string }[]
    const all = JSON.parse(ports('--json', '--all').stdout) as { path: string }[]
    for (const port of few) expect(all.map(({ path }) => path)).toContain(port.path)
  })

  it('refuses an argument it does not know', () => {
    expect(ports('--jsno').status).toBe(2)
  })
})
