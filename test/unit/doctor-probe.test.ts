import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { exitCodeOf, type Finding } from '../../src/doctor/finding.ts'
import { probeInChild } from '../../src/doctor/probe-child.ts'
import { temporaryFolder } from '../support/folder.ts'

const program = process.argv[1] as string
afterEach(() => {
  process.argv[1] = program
})

/** Stands in for this program: what it does is what a probe may do. */
function programThat(script: string): void {
  const path = join(temporaryFolder(), 'program.mjs')
  writeFileSync(path, script)
  process.argv[1] = path
}

it('takes the findings of a process', async () => {
  programThat('console.log(JSON.stringify([{ area: "log", args: process.argv.slice(2) }]))')
  expect(await probeInChild('log', ['doctor', '--probe'], 60_000)).toEqual([
    { area: 'log', args: ['doctor', '--probe'] },
  ])
})

it('does not wait for one that hangs', async () => {
  programThat('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)')
  expect(await probeInChild('disk', [], 50)).toMatchObject([
    { area: 'disk', level: 'problem', text: 'looking at it did not end within 0.05 s' },
  ])
})

it('reports one that dies', async () => {
  programThat('process.kill(process.pid, "SIGSEGV")')
  expect(await probeInChild('program', [], 60_000)).toMatchObject([
    { level: 'problem', text: 'it ended with SIGSEGV' },
  ])
  programThat('console.error("ina219: no"); process.exit(1)')
  expect(await probeInChild('program', [], 60_000)).toMatchObject([{ text: 'no' }])
})

it('ends with the code of the first problem', () => {
  const finding = (area: Finding['area'], level: Finding['level']): Finding => ({
    area,
    level,
    text: '',
    advice: null,
  })
  expect(exitCodeOf([finding('ports', 'warning'), finding('log', 'ok')])).toBe(0)
  expect(exitCodeOf([finding('ports', 'warning'), finding('log', 'problem')])).toBe(4)
  expect(exitCodeOf([finding('ports', 'problem'), finding('log', 'problem')])).toBe(3)
})
