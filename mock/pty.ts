import { spawn } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { InaError, systemCode } from '../src/util/errors.ts'
import { makeLink, removeLink } from './pty-link.ts'

/** The device's end of a pseudo-serial pair. Hosts open `path` (or the link) as they would a real port. */
export interface Pty {
  /** The port a host opens, such as `/dev/pts/4`. */
  readonly path: string
  /** The stable name asked for; null without one. */
  readonly link: string | null
  /** A host has the port open. */
  readonly open: boolean
  /**
   * Bytes written that no host received: nobody had the port open, it read too slowly, or,
   * on Linux, closed the port before it had read them.
   */
  readonly dropped: number
  /** What the host sends. */
  onData(listener: (chunk: Buffer) => void): void
  /** A host opened the port; on a real board this is what resets it. */
  onOpened(listener: () => void): void
  /** The last host closed the port. */
  onClosed(listener: () => void): void
  /**
   * Nothing is held any more, after a `write` that was false: the operating system
   * has taken it, or the host closed the port and it was dropped.
   */
  onDrain(listener: () => void): void
  /**
   * Sends bytes to the host. Where the host reads too slowly they are held, up to
   * 16 KiB; the rest is dropped and counted, as a UART without flow control does.
   *
   * @returns false where something was held or dropped: wait for `onDrain`
   */
  write(data: string | Uint8Array): boolean
  /** Lets the host read what is under way, then hangs up and removes the link. */
  close(): Promise<void>
  /** Hangs up at once and removes the link, as a pulled plug does. */
  hangUp(): void
}

export interface PtyOptions {
  /** Path of a symbolic link to make to the port: a name that stays the same. */
  readonly link?: string
}

/** Bytes held for a host that reads too slowly, on top of some 20 KiB in the kernel. */
const HELD_BYTES = 16 * 1024
/** A host's bytes are looked for this often in ms: while some come, and when none have for a while. */
const POLL_BUSY_MS = 1
const POLL_IDLE_MS = 16
/** Most reads in one go, so that a flood from the host can't starve the device. */
const READS_PER_POLL = 64
/** Time for the host to read the last bytes before the hang-up throws them away, in ms. */
const LINGER_MS = 250

interface NativePair {
  readonly master: number
  readonly slave: number
  readonly pty: string
}

/**
 * Makes a pseudo-serial pair: raw, without echo, before any host can open it.
 * Needs the optional node-pty, on Linux or macOS.
 */
export async function openPty(options: PtyOptions = {}): Promise<Pty> {
  const pair = openPair()
  try {
    await makeRaw(pair.slave)
    if (options.link !== undefined) makeLink(options.link, pair.pty)
  } catch (error) {
    closeSync(pair.slave)
    closeSync(pair.master)
    throw error
  }
  // Linux keeps the settings while the master lives, and says EIO on the master
  // while nobody has the slave open: that tells hosts coming and going apart.
  // Elsewhere the slave stays open here, and a host is taken to be always there.
  const heldSlave = process.platform === 'linux' ? null : pair.slave
  if (heldSlave === null) closeSync(pair.slave)
  return new PtyPort(pair.master, heldSlave, pair.pty, options.link ?? null)
}

class PtyPort implements Pty {
  readonly path: string
  readonly link: string | null
  readonly #master: number
  readonly #heldSlave: number | null
  readonly #dataListeners: ((chunk: Buffer) => void)[] = []
  readonly #openedListeners: (() => void)[] = []
  readonly #closedListeners: (() => void)[] = []
  readonly #drainListeners: (() => void)[] = []
  readonly #readBuffer = Buffer.alloc(16 * 1024)
  #held: Buffer = Buffer.alloc(0)
  #dropped = 0
  #open = false
  #ended = false
  #pollMs = POLL_BUSY_MS
  #timer: NodeJS.Timeout
  #lastWriteMs = 0

  constructor(master: number, heldSlave: number | null, path: string, link: string | null) {
    this.#master = master
    this.#heldSlave = heldSlave
    this.path = path
    this.link = link
    this.#timer = setTimeout(this.#tick, this.#pollMs)
  }

  get open(): boolean {
    return this.#open
  }

  get dropped(): number {
    return this.#dropped
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.#dataListeners.push(listener)
  }

  onOpened(listener: () => void): void {
    this.#openedListeners.push(listener)
  }

  onClosed(listener: () => void): void {
    this.#closedListeners.push(listener)
  }

  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener)
  }

  write(data: string | Uint8Array): boolean {
    const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)
    if (this.#ended) return this.#drop(bytes.length)
    // A host may have come since the last poll: its first bytes should not be lost to that.
    if (!this.#open) this.#poll()
    if (!this.#open) return this.#drop(bytes.length)
    if (this.#held.length > 0) return this.#hold(bytes)
    const taken = this.#send(bytes)
    return taken === bytes.length ? true : this.#hold(bytes.subarray(taken))
  }

  async close(): Promise<void> {
    if (this.#ended) return
    const deadlineMs = performance.now() + LINGER_MS
    while (this.#open && this.#held.length > 0 && performance.now() < deadlineMs) await delay(5)
    const restMs = this.#lastWriteMs + LINGER_MS - performance.now()
    if (this.#open && restMs > 0) await delay(restMs)
    this.hangUp()
  }

  hangUp(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    if (this.link !== null) removeLink(this.link, this.path)
    if (this.#heldSlave !== null) closeSync(this.#heldSlave)
    closeSync(this.#master)
    this.#setOpen(false)
  }

  // The master has no portable event for a host that comes or goes, and a stream on it
  // would close it for good at the first EIO; hence a poll, quick only while bytes flow.
  readonly #tick = (): void => {
    const busy = this.#poll()
    if (this.#ended) return
    this.#pollMs = busy ? POLL_BUSY_MS : Math.min(POLL_IDLE_MS, this.#pollMs * 2)
    this.#timer = setTimeout(this.#tick, this.#pollMs)
  }

  /** @returns true where bytes went either way */
  #poll(): boolean {
    let busy = false
    for (let reads = 0; reads < READS_PER_POLL && !this.#ended; reads++) {
      const chunk = this.#receive()
      if (chunk === null) break
      busy = true
      this.#setOpen(true)
      for (const listener of this.#dataListeners) listener(chunk)
    }
    if (this.#held.length === 0 || this.#ended) return busy
    this.#held = this.#held.subarray(this.#send(this.#held))
    if (this.#held.length === 0) for (const listener of this.#drainListeners) listener()
    return true
  }

  #receive(): Buffer | null {
    try {
      const length = readSync(this.#master, this.#readBuffer, 0, this.#readBuffer.length, null)
      return length > 0 ? Buffer.from(this.#readBuffer.subarray(0, length)) : null
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EAGAIN') this.#setOpen(true)
      else if (code === 'EIO') this.#setOpen(false)
      else throw error
      return null
    }
  }

  #setOpen(open: boolean): void {
    if (open === this.#open) return
    this.#open = open
    if (!open) this.#forget()
    for (const listener of open ? this.#openedListeners : this.#closedListeners) listener()
  }

  /** What the host left unread would be the first that the next one reads. */
  #forget(): void {
    if (!this.#ended) this.#drop(takeUnread(this.path))
    if (this.#held.length === 0) return
    this.#drop(this.#held.length)
    this.#held = Buffer.alloc(0)
    for (const listener of this.#drainListeners) listener()
  }

  /** @returns bytes the kernel took */
  #send(bytes: Buffer): number {
    let sent = 0
    try {
      while (sent < bytes.length) sent += writeSync(this.#master, bytes, sent)
    } catch (error) {
      const code = systemCode(error)
      if (code !== 'EAGAIN' && code !== 'EIO') throw error
    }
    if (sent > 0) this.#lastWriteMs = performance.now()
    return sent
  }

  #hold(bytes: Buffer): false {
    const room = HELD_BYTES - this.#held.length
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, room)])
    return this.#drop(Math.max(0, bytes.length - room))
  }

  #drop(count: number): false {
    this.#dropped += count
    return false
  }
}

/**
 * Reads a port empty that no host has open: a pseudo-terminal keeps what was written to it,
 * where a serial port is flushed as it is closed.
 *
 * @returns bytes that lay there
 */
function takeUnread(path: string): number {
  let taken = 0
  let slave: number | null = null
  try {
    slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
    const buffer = Buffer.alloc(4096)
    for (;;) {
      const length = readSync(slave, buffer)
      if (length === 0) break
      taken += length
    }
  } catch {
    // Empty, or left by the host for itself alone: then what is in it stays.
  } finally {
    if (slave !== null) closeSync(slave)
  }
  return taken
}

function openPair(): NativePair {
  try {
    const nodePty: unknown = createRequire(import.meta.url)('node-pty')
    // Not in its typings: the bare openpty(3), without a process on the other end.
    const { native } = nodePty as {
      native: { open(cols: number, rows: number): NativePair } | null
    }
    if (native !== null) return native.open(80, 24)
  } catch (cause) {
    throw new InaError(
      'device_unsupported',
      'a pseudo-serial port needs the optional package node-pty, which could not be loaded',
      "run 'npm install node-pty' where ina219 is installed, or use a pipe: ina219 mock | ina219 monitor --stdin",
      cause,
    )
  }
  throw new InaError(
    'device_unsupported',
    'this system has no pseudo-serial ports',
    'use a pipe instead: ina219 mock | ina219 monitor --stdin',
  )
}

/** Node has no way to set a terminal fully raw (its own raw mode still turns LF into CR LF). */
async function makeRaw(slave: number): Promise<void> {
  const error = await new Promise<Error | null>((resolve) => {
    const child = spawn('stty', ['raw', '-echo', '-onlcr'], { stdio: [slave, 'ignore', 'ignore'] })
    child.once('error', resolve)
    child.once('exit', (code) => resolve(code === 0 ? null : new Error(`stty ended with ${code}`)))
  })
  if (error === null) return
  throw new InaError(
    'device_unsupported',
    "'stty', which makes the pseudo-serial port raw, could not be run",
    'install the basic system tools (coreutils)',
    error,
  )
}
