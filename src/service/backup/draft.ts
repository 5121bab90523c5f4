import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDraft, removeDraft, sweepDrafts } from '../../util/draft-file.ts'

/** A file under another name until it is complete; hashed as it is written. */
export class Draft {
  readonly #target: string
  readonly #path: string
  readonly #hash: Hash = createHash('sha256')
  #fd: number | null
  #bytes = 0

  constructor(target: string) {
    sweepDrafts(target)
    this.#target = target
    this.#path = createDraft(target)
    this.#fd = openSync(this.#path, 'w')
  }

  get bytes(): number {
    return this.#bytes
  }

  write(chunk: Buffer): void {
    this.#hash.update(chunk)
    for (let at = 0; at < chunk.length; ) at += writeSync(this.#fd as number, chunk, at)
    this.#bytes += chunk.length
  }

  /** Puts it in the place of the target, on the disk. @returns its SHA-256 in hex */
  finish(): string {
    fsyncSync(this.#fd as number)
    this.#close()
    renameSync(this.#path, this.#target)
    syncFolder(dirname(this.#target))
    return this.#hash.digest('hex')
  }

  /** Never fails. */
  abandon(): void {
    try {
      this.#close()
    } catch {
      // It is removed all the same.
    }
    removeDraft(this.#path)
  }

  #close(): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }
}

/** A new name of a file is durable only once its folder is. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
