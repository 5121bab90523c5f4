import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import type { Refused } from './sift.ts'

/**
 * The rows that the other side does not take: one JSON object a line, with the reason, synced before the
 * sink goes on, beside the log. Nothing reads or deletes this file but people.
 */
export class DeadLetters {
  readonly path: string
  readonly #sink: string

  /** @param file the log @param sink its name */
  constructor(file: string, sink: string) {
    this.path = `${file}.refused-${sink.replaceAll(/[^\w.-]+/g, '_')}.ndjson`
    this.#sink = sink
  }

  /** @param log identity of the log @throws the system's error */
  add(log: string, refused: readonly Refused[], nowMs: number): void {
    const at = new Date(nowMs).toISOString()
    const lines = refused.map(
      ({ row, reason }) => `${JSON.stringify({ at, sink: this.#sink, log, reason, row })}\n`,
    )
    // O_NOFOLLOW is not on Windows; the folder is the user's own.
    const fd = openSync(this.path, 'a', 0o600)
    try {
      writeSync(fd, lines.join(''))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }

  get name(): string {
    return basename(this.path)
  }
}
