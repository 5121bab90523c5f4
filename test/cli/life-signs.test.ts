import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { finished, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { hasPython, NotifySocket } from '../support/notify-socket.ts'
import { until } from '../support/polling.ts'

async function openSocket(): Promise<NotifySocket> {
  const socket = await NotifySocket.open(temporaryFolder())
  onTestFinished(() => socket.close())
  return socket
}

/** A sign each 100 ms. */
const WATCHDOG = { WATCHDOG_USEC: '400000' }

describe.skipIf(!hasPython || process.platform === 'win32')('a service manager', () => {
  it('hears of begin, life and end of a run', async () => {
    const socket = await openSocket()
    const child = start(['monitor', '--mock', '--output', 'none'], {
      NOTIFY_SOCKET: socket.path,
      ...WATCHDOG,
    })
    const end = finished(child)
    await until('signs of life', () => socket.having('WATCHDOG=1').length > 2)
    expect(socket.messages[0]).toMatch(/^READY=1\nSTATUS=/)
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
    await until('its last word', () => socket.having('STOPPING=1').length > 0)
    expect(socket.having('READY=1')).toHaveLength(1)
    expect(socket.messages.at(-1)).toMatch(/^STOPPING=1\n/)
    expect(socket.messages.at(-2)).toMatch(
      /STATUS=1 of 1 devices live; \d+ samples; log recording, \d+\.\d MB$/,
    )
  })

  it('gets no sign that it has not asked for', async () => {
    const socket = await openSocket()
    const args = ['monitor', '--mock', '--output', 'none', '--no-log', '--count', '1']
    const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '400000', WATCHDOG_PID: '1' }
    expect((await finished(start(args, env))).code).toBe(0)
    await until('its last word', () => socket.having('STOPPING=1').length > 0)
    expect(socket.messages).toHaveLength(2)
  })

  it('goes on hearing of life while a port is absent, and while the log is locked', async () => {
    const socket = await openSocket()
    const folder = temporaryFolder()
    const db = join(folder, 'log.db')
    const port = join(folder, 'port')
    const sources = ['--mock', '--port', port, '--wait']
    const child = start(['monitor', ...sources, '--db', db, '--output', 'none'], {
      NOTIFY_SOCKET: socket.path,
      ...WATCHDOG,
    })
    const end = finished(child)
    await until('samples', () => socket.messages.some((each) => / [1-9]\d* samples/.test(each)))
    expect(socket.messages.at(-1)).toContain(`1 of 2 devices live (${port}: waiting)`)
    const other = new Database(db, { timeout: 5000 })
    other.exec('BEGIN IMMEDIATE')
    await until('the trouble', () => socket.messages.some((each) => each.includes('log spilling')))
    const signs = socket.having('WATCHDOG=1').length
    await until('more signs', () => socket.having('WATCHDOG=1').length > signs + 2)
    other.close()
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
  })

  it('is no reason to fail where it is not there', async () => {
    const path = join(temporaryFolder(), 'nobody')
    const args = ['monitor', '--mock', '--output', 'none', '--no-log', '--count', '2']
    const run = await finished(start(args, { NOTIFY_SOCKET: path, ...WATCHDOG }))
    expect(run.code).toBe(0)
    expect(run.stderr).not.toContain('ina219:')
  })
})

describe('--heartbeat', () => {
  it('is a file while the run lives, with its state', async () => {
    const file = join(temporaryFolder(), 'alive')
    const child = start(['monitor', '--mock', '--output', 'none', '--heartbeat', file])
    const end = finished(child)
    await until('the file', () => existsSync(file) && readFileSync(file, 'utf8') !== '')
    expect(readFileSync(file, 'utf8')).toMatch(/^\d of 1 devices live.*\n$/)
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
    expect(existsSync(file)).toBe(false)
  })

  it.each([
    ['what is no heartbeat', 'mine\n'],
    ['what only begins like one', '1 of 1 devices lived here\n'],
  ])('never takes the place of %s', async (_, text) => {
    const file = join(temporaryFolder(), 'precious')
    writeFileSync(file, text)
    const run = await finished(start(['monitor', '--mock', '--no-log', '--heartbeat', file]))
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(`${file} has something else than a heartbeat in it`)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('takes the place of an empty file, and of what a killed run has left', async () => {
    const file = join(temporaryFolder(), 'alive')
    for (const text of ['', '0 of 1 devices live (mock:normal: connecting); 0 samples; no log\n']) {
      writeFileSync(file, text)
      const args = ['monitor', '--mock', '--no-log', '--count', '1', '--heartbeat', file]
      expect((await finished(start(args))).code).toBe(0)
      expect(existsSync(file)).toBe(false)
    }
  })

  it.each(['/nonexistent/x', '/dev/full', '/dev', ''])(
    '%j is refused before a port is opened',
    async (file) => {
      const port = ['--port', join(temporaryFolder(), 'no-board')]
      const run = await finished(start(['monitor', ...port, '--no-log', '--heartbeat', file]))
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).not.toContain('no-board')
    },
  )

  it('is refused where it can not be written, or is the log', async () => {
    const folder = temporaryFolder()
    const nowhere = join(folder, 'no', 'alive')
    const run = await finished(start(['monitor', '--mock', '--no-log', '--heartbeat', nowhere]))
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toContain(`${nowhere} can't be written`)
    const db = join(folder, 'log.db')
    const hit = await finished(start(['monitor', '--mock', '--db', db, '--heartbeat', db]))
    expect(hit).toMatchObject({ code: 2 })
  })
})
