import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Stop } from '../../src/app/stop.ts'
import { bundleProgram } from '../support/bundle.ts'
import { until } from '../support/polling.ts'

const DAY_MS = 86_400_000

afterEach(() => {
  vi.useRealTimers()
})

describe('a limit of time', () => {
  it.each([
    ['a second', 1000],
    // Node's timers end at 24.8 days.
    ['24 days', 24 * DAY_MS],
    ['30 days', 30 * DAY_MS],
    ['a year', 365 * DAY_MS],
  ])('of %s ends the run then, and not before', async (_, ms) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const stop = new Stop({ wallMs: () => 0, monoMs: () => performance.now() })
    let isOver = false
    void stop.reached.then(() => {
      isOver = true
    })
    stop.after(ms)
    await vi.advanceTimersByTimeAsync(ms - 1)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isOver).toBe(true)
  })

  it('goes with the run', () => {
    vi.useFakeTimers()
    const stop = new Stop({ wallMs: () => 0, monoMs: () => 0 })
    stop.after(30 * DAY_MS)
    stop.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe.skipIf(process.platform === 'win32')('signals', () => {
  it('end the process where the end of the run hangs', async () => {
    const program = await bundleProgram('test/support/hanging-end.ts')
    onTestFinished(() => rmSync(dirname(program), { recursive: true, force: true }))
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
    await until('it runs', () => text.includes('running'))
    child.kill('SIGINT')
    await until('it ends', () => text.includes('ending'))
    await until('it is gone', () => {
      child.kill('SIGINT')
      return child.signalCode !== null
    })
    expect(await ended).toBe('SIGINT')
    expect(text).toBe('running\nending\nlast words\n')
  })

  it('that come twice at once, as from terminal and parent, end the run cleanly', async () => {
    let forced = 0
    let nowMs = 0
    const clock = { wallMs: () => 0, monoMs: () => nowMs }
    const stop = new Stop(clock, () => forced++)
    stop.onSignals()
    onTestFinished(() => stop.dispose())
    process.emit('SIGHUP', 'SIGHUP')
    nowMs = 100
    process.emit('SIGHUP', 'SIGHUP')
    await stop.reached
    expect(forced).toBe(0)
  })
})
