import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, START_US, sampleAt } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

/** Buckets of 1 ms over ten hours: rows that never end within a test, from two samples. */
function endlessLog(folder: string): string[] {
  const file = join(folder, 'log.db')
  makeLog(file, [sampleAt(START_US, 0), sampleAt(START_US + 36_000_000_000, 1)])
  return ['--db', file, '--every', '1ms']
}

function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}

/** What was cut short is not done: a shell sees 130, 143 or 129, as of any other tool. */
describe.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s',
  (signal) => {
    it('ends an export to standard output by the signal', async () => {
      const child = start(['export', ...endlessLog(temporaryFolder())])
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      const end = ended(child)
      child.kill(signal)
      expect(await end).toBe(signal)
    })

    const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    /** Drafts with something in them: from then on the export watches for signals. */
    const drafts = (folder: string): string[] =>
      readdirSync(folder).filter(
        (name) => name.startsWith('.out.csv.') && sizeOf(join(folder, name)) > 0,
      )

    it('ends an export to a file by the signal, and leaves what was there before', async () => {
      const folder = temporaryFolder()
      const out = join(folder, 'out.csv')
      writeFileSync(out, 'the one before')
      const child = start(['export', ...endlessLog(folder), '-o', out])
      const end = ended(child)
      await until('the draft is being written', () => drafts(folder).length === 1)
      child.kill(signal)
      expect(await end).toBe(signal)
      expect(readdirSync(folder).filter((name) => name.startsWith('.out'))).toEqual([])
      expect(readFileSync(out, 'utf8')).toBe('the one before')
    })

    it('leaves no file where there was none', async () => {
      const folder = temporaryFolder()
      const out = join(folder, 'out.csv')
      const child = start(['export', ...endlessLog(folder), '-o', out])
      const end = ended(child)
      await until('the draft is being written', () => drafts(folder).length === 1)
      child.kill(signal)
      expect(await end).toBe(signal)
      expect(existsSync(out)).toBe(false)
    })
  },
)

it.skipIf(process.platform === 'win32')(
  'SIGUSR1 opens no debugger, prints nothing and ends nothing',
  async () => {
    const child = start(['monitor', '--mock', '--no-log', '--output', 'ndjson', '--count', '10'])
    let written = ''
    child.stderr?.on('data', (data: Buffer) => {
      written += data.toString()
    })
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGUSR1')
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(0)
    expect(written).not.toMatch(/[Dd]ebugger|ws:/)
  },
)
