import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { unixRead } from '../../src/sources/serial/unix-read.ts'

describe.skipIf(process.platform === 'win32')('unixRead', () => {
  let folder: string
  /** Opened as serialport opens a port: reads and writes, and waits for nothing. */
  let fd: number
  let isOpen: boolean
  const buffer = Buffer.alloc(64)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ina219-test-'))
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe, join(folder, 'other')])
    fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
    isOpen = true
  })
  afterEach(() => {
    if (isOpen) closeSync(fd)
    rmSync(folder, { recursive: true })
  })

  /** @param polls what happens at each wait, in turn */
  function reading(...polls: (() => Error | null)[]): ReturnType<typeof unixRead> {
    const binding = {
      get isOpen() {
        return isOpen
      },
      get fd() {
        return isOpen ? fd : null
      },
      poller: {
        once: (_: 'readable', done: (error: Error | null) => void) => {
          done((polls.shift() as () => Error | null)())
        },
      },
    }
    return unixRead({ binding, buffer, offset: 4, length: 32 })
  }
  const send = (text: string) => (): null => {
    writeSync(fd, text)
    return null
  }
  const close = (): null => {
    closeSync(fd)
    isOpen = false
    return null
  }

  it('reads what is there to where it is wanted', async () => {
    expect(await reading(send('abc'))).toEqual({ bytesRead: 3, buffer })
    expect(buffer.toString('latin1', 4, 7)).toBe('abc')
  })

  it('reads no more than is asked for, and the rest the next time', async () => {
    expect(await reading(send('x'.repeat(40)))).toMatchObject({ bytesRead: 32 })
    expect(await reading(() => null)).toMatchObject({ bytesRead: 8 })
  })

  it('waits on where nothing had come', async () => {
    expect(
      await reading(
        () => null,
        () => null,
        send('d'),
      ),
    ).toMatchObject({ bytesRead: 1 })
  })

  it('is cancelled where the port is closed meanwhile, or was before', async () => {
    await expect(reading(close)).rejects.toMatchObject({ canceled: true })
    await expect(reading()).rejects.toMatchObject({ canceled: true })
  })

  it('hands on what the poller says', async () => {
    const error = Object.assign(new Error('Canceled'), { canceled: true })
    await expect(reading(() => error)).rejects.toBe(error)
  })

  it('says that the port is gone', async () => {
    const binding = { isOpen: true, fd: 2 ** 30, poller: { once: ready } }
    await expect(unixRead({ binding, buffer, offset: 0, length: 1 })).rejects.toMatchObject({
      code: 'EBADF',
    })
  })

  it('does not read for ever where nobody is at the other end', async () => {
    const readEnd = openSync(join(folder, 'other'), constants.O_RDONLY | constants.O_NONBLOCK)
    onTestFinished(() => closeSync(readEnd))
    const binding = { isOpen: true, fd: readEnd, poller: { once: ready } }
    await expect(unixRead({ binding, buffer, offset: 0, length: 1 })).rejects.toThrow('hung up')
  })

  function ready(_: 'readable', done: (error: Error | null) => void): void {
    done(null)
  }
})
