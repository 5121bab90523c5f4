/**
 * A program that follows a log until it is killed: writes a line a page to stdout, the
 * cursor, the sequence numbers and a full stop, and acknowledges it to the log.
 *
 * Arguments: database, cursor.
 */
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { CommitReader } from '../../src/storage/read/commit-reader.ts'

const [file = '', from = '0'] = process.argv.slice(2)
const reader = CommitReader.open(file)
const registry = ReaderRegistry.open(file)
await registry.register('child', 1e6)

async function follow(cursor: string): Promise<void> {
  const page = reader.since(cursor, 700)
  if (page.samples.length > 0) {
    process.stdout.write(`${page.cursor} ${page.samples.map(({ seq }) => seq).join(',')} .\n`)
    await registry.acknowledge('child', page.cursor)
  }
  setTimeout(() => follow(page.cursor), page.isComplete ? 5 : 0)
}

await follow(from)
