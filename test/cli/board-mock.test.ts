import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'

const BIN = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

function mock(...args: string[]) {
  return spawnSync(process.execPath, [BIN, 'mock', '--board', ...args], {
    encoding: 'utf8',
    timeout: 80_000,
  })
}

describe('mock --board', () => {
  it('prints what the firmware says, and sums it up', () => {
    const { stdout, stderr, status } = mock('--rate', '20', '--count', '5', '--summary', '-')
    expect(status).toBe(0)
    // Behind the LF that ends what a reset may have cut.
    expect(stdout.startsWith('\n{"hello":')).toBe(true)
    const frames = stdout
      .trim()
      .split(/\r?\n/)
      .map((line) => decodeLine(Buffer.from(line)))
    expect(frames.some(({ kind }) => kind === 'hello')).toBe(true)
    expect(frames.filter(({ kind }) => kind === 'sample')).toHaveLength(5)
    expect(frames.every(({ kind }) => kind !== 'crc_error')).toBe(true)
    expect(JSON.parse(stderr)).toMatchObject({ samples: 5, lines: frames.length + 1 })
  })

  it('refuses what would change the firmware', () => {
    const { stdout, stderr, status } = mock('--fault', 'drop=0.1')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('--fault')
  })
})
