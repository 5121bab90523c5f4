import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileInput } from '../../src/sources/file-input.ts'

describe('fileInput', () => {
  let folder: string
  let fd: number | null
  const opened = (bytes: Uint8Array): number => {
    const file = join(folder, 'frames')
    writeFileSync(file, bytes)
    fd = openSync(file, 'r')
    return fd
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ina219-file-input-'))
    fd = null
  })
  afterEach(() => {
    if (fd !== null) closeSync(fd)
    rmSync(folder, { recursive: true })
  })

  it('reads a file to its end, and overwrites nothing that waits while nobody reads', async () => {
    const bytes = Uint8Array.from({ length: 500_001 }, (_, i) => (i * 7919) >> 3)
    const input = fileInput(opened(bytes))
    const parts: Buffer[] = []
    let chunks = 0
    input.on('data', (chunk: Buffer) => {
      // Only valid until the next one.
      parts.push(Buffer.from(chunk))
      chunks++
      input.pause()
      // Several turns of the event loop, in which a chunk may be read that waits then.
      const wait = (turns: number): void => {
        if (turns === 0) input.resume()
        else setImmediate(wait, turns - 1)
      }
      wait(3)
    })
    await new Promise((resolve) => input.on('end', resolve))
    expect(chunks).toBeGreaterThan(2)
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
  })

  it('lets timers and other sources have their turn between two chunks', async () => {
    const input = fileInput(opened(new Uint8Array(1_000_000)))
    const order: string[] = []
    input.on('data', () => {
      order.push('chunk')
      setImmediate(() => order.push('other'))
    })
    await new Promise((resolve) => input.on('end', resolve))
    expect(order.join(' ')).not.toContain('chunk chunk')
  })

  it('reports what can not be read', async () => {
    fd = openSync(folder, 'r')
    const failing = fileInput(fd)
    const failed = new Promise((resolve) => failing.on('error', resolve))
    failing.resume()
    expect(await failed).toMatchObject({ code: 'EISDIR' })
  })

  it('reads no more once it is destroyed', async () => {
    const stopped = fileInput(opened(new Uint8Array(1_000_000)))
    let bytes = 0
    stopped.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      stopped.destroy()
    })
    await new Promise((resolve) => stopped.on('close', resolve))
    await new Promise((resolve) => setImmediate(resolve))
    expect(bytes).toBeLessThan(500_000)
  })
})
