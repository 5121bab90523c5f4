import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { systemCode } from '../../util/errors.ts'
import type { Coding } from '../accepted.ts'

/** How a file is sent. */
type Encoding = Coding | 'identity'

/** One file of the web page, in memory. */
export interface PageFile {
  /** Where it is asked for: `/`, `/page/page-AEJO7SOD.js`. */
  readonly path: string
  /** Of its content. */
  readonly type: string
  readonly bodies: Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>
  /** With its quotes. */
  readonly etag: string
  /** Its name says what is in it, so that it never changes. */
  readonly isImmutable: boolean
}

interface TableRow {
  readonly path: string
  readonly file: string
  readonly type: string
}

/**
 * Reads the page as it was built, once: which file is behind a path is said by the table of the build, so
 * that no path of a request ever leads to a file.
 *
 * @returns none where the page was not built, as in a run of the sources
 */
export function readPageFiles(folder = new URL('./page/', import.meta.url)): readonly PageFile[] {
  return tableIn(folder).map(({ path, file, type }) => {
    const read = (end: string) => Uint8Array.from(readFileSync(new URL(`${file}${end}`, folder)))
    const identity = read('')
    const digest = createHash('sha256').update(identity).digest('base64url').slice(0, 22)
    return {
      path,
      type,
      bodies: { br: read('.br'), gzip: read('.gz'), identity },
      etag: `"${digest}"`,
      isImmutable: path !== '/',
    }
  })
}

function tableIn(folder: URL): readonly TableRow[] {
  try {
    return JSON.parse(readFileSync(new URL('files.json', folder), 'utf8')) as TableRow[]
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
