import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** In front of V8's bytes: CRC-32 of all that follows, then for what they are. */
const HEADER_BYTES = 64
const SUFFIX = '.bin'

interface Unsaved {
  readonly name: string
  readonly header: Buffer
  readonly script: Script
}

/**
 * Keeps what V8 has compiled for the next start of the same program, as `module.enableCompileCache` of Node 22 does;
 * Node 20 has nothing of the kind. Where it can't be read or written, the program starts without it, and reports nothing.
 *
 * V8 runs what it is given without looking, so nothing is taken from a file that is damaged, made for other source
 * text, or kept where other users may write. What is kept is the program, compiled, and nothing of its run: no
 * argument, no reading.
 */
export class CodeCache {
  readonly #folder: string | null
  readonly #isTrusted: boolean
  readonly #unsaved: Unsaved[] = []

  /** @param folder null: nothing is kept */
  constructor(folder: string | null) {
    this.#folder = folder
    this.#isTrusted = folder !== null && belongsToUs(folder)
  }

  /**
   * @param name of the file, without its folder
   * @param digest of its text
   */
  compile(file: string, name: string, digest: string): Script {
    const header = headerFor(digest)
    const cachedData = this.#read(name, header)
    const script = new Script(readFileSync(file, 'latin1'), {
      filename: file,
      ...(cachedData && { cachedData }),
    })
    // What V8 refuses all the same was compiled under other flags. Where these are the user's, it stays for those without;
    // else a run was ended before it had taken back its own.
    const isStale = script.cachedDataRejected === true && !hasFlags()
    if (cachedData === undefined || isStale) this.#unsaved.push({ name, header, script })
    return script
  }

  /**
   * With the functions that have run so far, which are those that a start needs.
   *
   * @param known all names that the program has; others are of an earlier version
   */
  save(known: readonly string[]): void {
    const folder = this.#folder
    if (this.#unsaved.length === 0 || folder === null) return
    try {
      if (isForAnother(folder)) return
      makeFolders(folder)
      if (!belongsToUs(folder)) return
      for (const each of this.#unsaved) write(folder, each)
      const files = new Set(known.map((name) => name + SUFFIX))
      for (const file of readdirSync(folder)) {
        if (!files.has(file)) rmSync(join(folder, file), { force: true })
      }
    } catch {
      // A full or read-only disk: the next start compiles again.
    }
  }

  #read(name: string, header: Buffer): Buffer | undefined {
    if (this.#folder === null || !this.#isTrusted) return undefined
    try {
      const bytes = readFileSync(join(this.#folder, name + SUFFIX))
      if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) return undefined
      if (!bytes.subarray(4, HEADER_BYTES).equals(header.subarray(4))) return undefined
      return bytes.subarray(HEADER_BYTES)
    } catch {
      return undefined
    }
  }
}

function write(folder: string, { name, header, script }: Unsaved): void {
  const bytes = Buffer.concat([header, script.createCachedData()])
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0)
  const file = join(folder, name + SUFFIX)
  // Two that end at once may mix their bytes: the sum does not fit then.
  const unfinished = `${file}.new`
  const fd = openSync(unfinished, 'w', 0o600)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(unfinished, file)
}

function hasFlags(): boolean {
  return process.execArgv.length > 0 || Boolean(process.env['NODE_OPTIONS'])
}

function headerFor(digest: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(`${digest} ${process.versions.v8} ${process.arch}`, 4)
  return header
}

/** With `sudo`, in a home that is another's: a folder of root's would keep its owner from making one. */
function isForAnother(folder: string): boolean {
  if (process.getuid?.() !== 0) return false
  let there = folder
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  return statSync(there).uid !== 0
}

/**
 * `~/.cache` and what is in it; a home that is not there (a daemon's) stays so. One by one: where the system answers
 * that the parent is missing although it is there (below `/proc`), Node 20 never ends when it makes them all.
 */
function makeFolders(folder: string): void {
  for (const each of [dirname(dirname(folder)), dirname(folder), folder]) {
    if (!existsSync(each)) mkdirSync(each, { mode: 0o700 })
  }
}

/** The folder and the one that it is in. Where there are no owners (Windows), they are the user's by their place. */
function belongsToUs(folder: string): boolean {
  const ownId = process.getuid?.()
  if (ownId === undefined) return true
  try {
    return [folder, dirname(folder)].every((each) => {
      const { uid, mode } = statSync(each)
      return uid === ownId && (mode & 0o022) === 0
    })
  } catch {
    return false
  }
}
