import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { isSqlite } from '../file/sqlite-header.ts'
import { readWal } from './wal-frames.ts'

/** What SQLite says a page is used for (sqlite.org/fileformat.html, 1.8). */
type PageUse = 'free' | 'overflow' | 'used' | 'unknown'

/** What a map says of a page. */
interface Pointer {
  readonly type: number
  readonly parent: number
}

/** Of every log that this program makes. */
const USUAL_PAGE_BYTES = 4096
/** Where SQLite keeps its locks, a page that is never used (1.3.13). */
const LOCK_BYTE = 0x4000_0000
const POINTER_BYTES = 5
const ROOT_PAGE = 1
const FREE_PAGE = 2
const OVERFLOW_PAGES: readonly number[] = [3, 4]
const MOST_POINTER_TYPE = 5
/** Levels of pages above one. */
const DEEPEST = 20

/**
 * The pages of a database file as they stand on disk, with those of its WAL over them.
 * Reads the files and nothing else: no lock, no file beside them, whatever state they are in.
 */
export class PageStore {
  readonly pageBytes: number
  /** Bytes of a page that hold data. */
  readonly usableBytes: number
  readonly pages: number
  /** What is wrong with the files as a whole, in words. */
  readonly faults: readonly string[]
  readonly #fd: number
  readonly #walFd: number | null
  readonly #fileBytes: number
  /** Where the newest version of a page stands in the WAL. */
  readonly #inWal: ReadonlyMap<number, number>
  readonly #freeList: ReadonlySet<number>
  /** The maps that were read; null: it is damaged. */
  readonly #maps = new Map<number, readonly Pointer[] | null>()
  /** Each page has an entry in a map that says what it is used for. */
  readonly #hasMaps: boolean

  /**
   * @param withWal whether the pages of its WAL count
   * @throws the system's error
   */
  constructor(file: string, withWal: boolean) {
    this.#fd = openSync(file, 'r')
    this.#walFd = withWal ? openIfThere(`${file}-wal`) : null
    this.#fileBytes = fstatSync(this.#fd).size
    const head = readAt(this.#fd, 0, 100)
    const wal = this.#walFd === null ? null : readWal(this.#walFd)
    const faults: string[] = []
    const said = isSqlite(head) ? pageBytesOf(head) : null
    if (said === null) faults.push('its header is damaged')
    this.pageBytes = said ?? wal?.pageBytes ?? USUAL_PAGE_BYTES
    this.usableBytes = this.pageBytes - (said === null ? 0 : (head[20] as number))
    if (wal?.fault) faults.push(wal.fault)
    this.#inWal = wal?.pageBytes === this.pageBytes ? wal.frames : new Map()
    const inFile = Math.ceil(this.#fileBytes / this.pageBytes)
    const wanted = wal?.pages ?? (said === null ? 0 : head.readUInt32BE(28))
    if (wanted > inFile && this.#isCut(wanted, inFile)) {
      faults.push(`its end is missing: ${inFile} of ${wanted} pages`)
    }
    this.pages = Math.max(inFile, wanted)
    this.faults = faults
    const first = this.read(1)
    this.#hasMaps = said === null || first === null || first.readUInt32BE(52) > 0
    this.#freeList = first === null || said === null ? new Set() : this.#readFreeList(first)
  }

  close(): void {
    closeSync(this.#fd)
    if (this.#walFd !== null) closeSync(this.#walFd)
  }

  /** A page, from 1 on; null: it is not there, or not whole. */
  read(page: number): Buffer | null {
    const at = this.#inWal.get(page)
    const bytes =
      at !== undefined && this.#walFd !== null
        ? readAt(this.#walFd, at, this.pageBytes)
        : readAt(this.#fd, (page - 1) * this.pageBytes, this.pageBytes)
    return bytes.length === this.pageBytes ? bytes : null
  }

  /** Whether a page holds anything by itself. */
  isMap(page: number): boolean {
    if (page === Math.floor(LOCK_BYTE / this.pageBytes) + 1) return true
    return this.#hasMaps && page === this.#mapOf(page)
  }

  /** What a page may hold. A free one may have rows that were deleted. */
  useOf(page: number): PageUse {
    const type = this.#pointer(page)?.type
    if (type === undefined) return this.#freeList.has(page) ? 'free' : 'unknown'
    if (type === FREE_PAGE) return 'free'
    return OVERFLOW_PAGES.includes(type) ? 'overflow' : 'used'
  }

  /** The first page of the table or index that a page belongs to; null: it can't be told. */
  rootOf(page: number): number | null {
    let at = page
    for (let level = 0; level < DEEPEST; level++) {
      const pointer = this.#pointer(at)
      if (pointer === null || pointer.type === FREE_PAGE) return null
      if (pointer.type === ROOT_PAGE) return at
      at = pointer.parent
    }
    return null
  }

  /** The entry of a page in its map; null: the map is damaged. */
  #pointer(page: number): Pointer | null {
    if (!this.#hasMaps || page <= 2) return null
    const map = this.#mapOf(page)
    if (!this.#maps.has(map)) this.#maps.set(map, this.#readMap(map))
    return this.#maps.get(map)?.[page - map - 1] ?? null
  }

  /** An entry that SQLite can't have written makes all of a map worthless. */
  #readMap(map: number): readonly Pointer[] | null {
    const bytes = this.read(map)
    if (bytes === null) return null
    const count = Math.min(Math.floor(this.usableBytes / POINTER_BYTES), this.pages - map)
    const pointers: Pointer[] = []
    for (let i = 0; i < count; i++) {
      const type = bytes[POINTER_BYTES * i] as number
      const parent = bytes.readUInt32BE(POINTER_BYTES * i + 1)
      if (type === 0 && this.isMap(map + 1 + i)) {
        pointers.push({ type, parent })
        continue
      }
      const isTop = type === ROOT_PAGE || type === FREE_PAGE
      const isParent = isTop ? parent === 0 : parent > 0 && parent <= this.pages
      if (type < 1 || type > MOST_POINTER_TYPE || !isParent) return null
      pointers.push({ type, parent })
    }
    return pointers
  }

  #mapOf(page: number): number {
    const each = Math.floor(this.usableBytes / POINTER_BYTES) + 1
    return Math.floor((page - 2) / each) * each + 2
  }

  /** Pages at the end are neither in the file nor in the WAL. */
  #isCut(wanted: number, inFile: number): boolean {
    for (let page = inFile + 1; page <= wanted; page++) if (!this.#inWal.has(page)) return true
    return false
  }

  /** As far as it can be followed. */
  #readFreeList(first: Buffer): Set<number> {
    const free = new Set<number>()
    for (let trunk = first.readUInt32BE(32); trunk > 0 && trunk <= this.pages; ) {
      if (free.has(trunk)) break
      free.add(trunk)
      const bytes = this.read(trunk)
      const leaves = bytes?.readUInt32BE(4) ?? 0
      if (bytes === null || leaves > this.usableBytes / 4 - 2) break
      for (let i = 0; i < leaves; i++) free.add(bytes.readUInt32BE(8 + 4 * i))
      trunk = bytes.readUInt32BE(0)
    }
    return free
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch {
    return null
  }
}

function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  return buffer.subarray(0, readSync(fd, buffer, 0, length, at))
}

/** null: no size that SQLite has */
function pageBytesOf(head: Buffer): number | null {
  const stored = head.readUInt16BE(16)
  const bytes = stored === 1 ? 65_536 : stored
  return bytes >= 512 && (bytes & (bytes - 1)) === 0 ? bytes : null
}
