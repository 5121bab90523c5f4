import type Database from 'better-sqlite3'
import { InaError } from '../../util/errors.ts'
import { layoutOf } from './layout.ts'
import { older } from './log-errors.ts'

/** How far the samples of one device have been taken: all runs before `run`, and in `run` up to `id`. */
export interface Position {
  readonly run: number
  readonly id: number
}

/** By id of the device. A device that is not in it has nothing taken. */
export type Positions = ReadonlyMap<number, Position>

/** The cursor before everything in any log. */
export const BEGINNING = '0'

/** The layout from which on a log has a commit order. */
const FIRST_LAYOUT = 2
/** Characters of the log's identity in a cursor: 48 bits. */
const IDENTITY_CHARACTERS = 12
const RADIX = 36
const NO_POSITION: Position = { run: 0, id: -1 }

export function positionOf(positions: Positions, deviceId: number): Position {
  return positions.get(deviceId) ?? NO_POSITION
}

/** Reads and writes the text of cursors of one log: `<identity>.<device>-<run>-<id>.…`, in base 36. */
export class CursorText {
  /** The random name of the log, 32 hexadecimal digits. */
  readonly identity: string
  readonly #own: string
  readonly #newestRun: Database.Statement
  readonly #end: Database.Statement

  /**
   * @param file for messages
   * @throws InaError log_older: the log has no commit order
   */
  constructor(db: Database.Database, file: string) {
    const layout = layoutOf(db)
    if (layout < FIRST_LAYOUT) throw older(file, layout, FIRST_LAYOUT)
    const identity = db.prepare(`SELECT value FROM meta WHERE key = 'identity'`).pluck().get()
    this.identity = String(identity)
    this.#own = this.identity.slice(0, IDENTITY_CHARACTERS)
    this.#newestRun = db
      .prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'commit_run'`)
      .pluck()
    this.#end = db.prepare('SELECT to_id FROM commit_run WHERE n = ?').pluck()
  }

  format(positions: Positions): string {
    const parts = [this.#own]
    for (const [deviceId, { run, id }] of positions) {
      parts.push([deviceId, run, id].map((number) => number.toString(RADIX)).join('-'))
    }
    return parts.join('.')
  }

  /** @throws InaError input_invalid: no cursor, one of another log, or ahead of this one */
  parse(text: string): Positions {
    const positions = new Map<number, Position>()
    if (text === BEGINNING) return positions
    if (!/^[0-9a-f]{12}(?:\.[0-9a-z]{1,11}-[0-9a-z]{1,11}-[0-9a-z]{1,11})*$/.test(text)) {
      throw refused(`${JSON.stringify(text.slice(0, 80))} is no cursor of a log`)
    }
    const [identity, ...parts] = text.split('.')
    if (identity !== this.#own) throw refused('the cursor is one of another log')
    const newestRun = (this.#newestRun.get() as number | undefined) ?? 0
    for (const part of parts) {
      const [deviceId = 0, run = 0, id = 0] = part.split('-').map((word) => parseInt(word, RADIX))
      const end = this.#end.get(run) as number | undefined
      if (run > newestRun || (end !== undefined && id > end)) {
        throw refused('the cursor is ahead of the log, which may be an older copy')
      }
      positions.set(deviceId, { run, id })
    }
    return positions
  }
}

function refused(message: string): InaError {
  return new InaError('input_invalid', message, `read on from the start: cursor ${BEGINNING}`)
}
