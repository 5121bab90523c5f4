import { stat } from 'node:fs/promises'
import type { InaError } from '../../util/errors.ts'
import { findHolder } from './holder.ts'
import { absent, busy, explainOpenFailure } from './open-failure.ts'
import { refuseOwnTerminal } from './own-terminal.ts'

export interface PortEvents {
  data(chunk: Buffer): void
  /** The connection is over, not by `close`. */
  lost(): void
}

/** An open connection. */
export interface OpenPort {
  /** Begins to read; once. Until then everything waits. */
  listen(events: PortEvents): void
  /** Dropped where the line can't take it. */
  write(data: string): void
  /** Changes the rate; what is written from now on goes out at it. Resolves when it has been changed. */
  setBaud(baud: number): Promise<void>
  close(): Promise<void>
}

/** The world of serial ports as the source needs it; injected so that tests own it. */
export interface PortFactory {
  /** Rejects with an InaError that says why. */
  open(path: string, baud: number): Promise<OpenPort>
  /** What stands under that name now; another value once it is something else, null where nothing is. */
  presence(path: string): Promise<string | null>
}

/** More waiting than this in bytes: the device does not listen, and old commands help nobody. */
const WRITE_BACKLOG_BYTES = 4096
/** A driver may hold a close back until it has sent what is left; nobody waits so long, in ms. */
const CLOSE_LIMIT_MS = 1000

export const realPortFactory: PortFactory = { open: openSerialPort, presence }

async function openSerialPort(path: string, baud: number): Promise<OpenPort> {
  await refuseOwnTerminal(path)
  // serialport changes the settings before it asks for the lock, and not every program
  // takes one: look first, and leave a port alone that another program is using.
  const holder = await findHolder(path)
  if (holder !== null) throw busy(path, holder)
  const { SerialPort } = await import('serialport')
  // hupcl off: DTR stays up at close, so that the next open need not reset the board.
  // DTR and RTS are never set from here: opening raises them, and pseudo-terminals have none.
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false, lock: true })
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(error)))
  }).catch(async (error: unknown) => {
    throw process.platform === 'win32'
      ? await explainOnWindows(path, error)
      : await explainOpenFailure(path, baud, error)
  })

  // A failed write or close: where it matters, `close` comes as well.
  port.on('error', () => {})
  let over = false
  /** A change of rate that is under way, and what waits for it. */
  let changing: Promise<void> | null = null
  let held = ''
  const write = (data: string): void => {
    if (!over && port.writableLength < WRITE_BACKLOG_BYTES) port.write(data)
  }
  return {
    listen(events) {
      const lose = (): void => {
        if (over) return
        over = true
        events.lost()
      }
      port.on('close', lose)
      port.on('data', (chunk: Buffer) => {
        if (!over) events.data(chunk)
      })
      if (!port.isOpen) lose()
    },
    write: (data) => {
      if (changing === null) write(data)
      else held += data
    },
    setBaud(baud) {
      const change = new Promise<void>((resolve) => {
        // What was written before has to be out first. A failure shows in that nobody answers.
        port.drain(() => port.update({ baudRate: baud }, () => resolve()))
      })
      const before = changing ?? Promise.resolve()
      const mine = before
        .then(() => change)
        .then(() => {
          if (changing !== mine) return
          changing = null
          const data = held
          held = ''
          if (data !== '') write(data)
        })
      changing = mine
      return mine
    },
    async close() {
      over = true
      if (!port.isOpen) return
      await Promise.race([
        new Promise<void>((resolve) => port.close(() => resolve())),
        new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref()),
      ])
    },
  }
}

async function explainOnWindows(path: string, cause: unknown): Promise<InaError> {
  if ((await presence(path)) === null) return absent(path, cause)
  return busy(path, 'another program', cause)
}

async function presence(path: string): Promise<string | null> {
  if (process.platform === 'win32') {
    const { SerialPort } = await import('serialport')
    const ports = await SerialPort.list()
    return ports.some((port) => port.path.toUpperCase() === path.toUpperCase()) ? path : null
  }
  try {
    const { dev, ino, rdev } = await stat(path)
    return `${dev}:${ino}:${rdev}`
  } catch {
    return null
  }
}
