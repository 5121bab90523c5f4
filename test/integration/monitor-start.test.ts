import { spawn } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundleProgram } from '../support/bundle.ts'
import { finished } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

test('a fault after the log was opened leaves neither its thread nor a signal handler behind', async () => {
  const program = await bundleProgram('test/support/failing-start.ts')
  const folder = dirname(program)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const worker = await bundleProgram('src/storage/write/log-worker.ts')
  renameSync(worker, join(folder, 'log-worker.js'))
  const log = join(temporaryFolder(), 'log.db')
  const child = spawn(process.execPath, [program, log], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  // It ends by itself only where nothing is left that runs.
  expect(await finished(child)).toEqual({
    code: 0,
    stdout: 'a fault of ours, 0 handlers\n',
    stderr: '',
  })
  expect(existsSync(`${log}-wal`)).toBe(false)
})
