// The command as few files: esbuild's chunks, each a function, side by side in a "pack" where they are loaded together.
// A file of its own for each chunk costs half a millisecond at every start (50 of them for `--help`).
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build, transform } from 'esbuild'
import { withPlainExports } from './plain-exports.mjs'

const LOG = [
  'src/storage/file/output-guard.ts',
  'src/storage/read/log-reader.ts',
  'src/cli/commands/history-run.ts',
  'src/cli/commands/history-table.ts',
  'src/cli/commands/export-run.ts',
]
const RUNTIME = ['src/app/runtime.ts']
const LINES = ['src/sources/stdin-source.ts', 'src/sources/serial/serial-source.ts']
const MONITOR = [...RUNTIME, 'src/tui/screen.ts']
const MONITOR_COMMAND = ['src/cli/commands/monitor.ts']
const ALL_COMMANDS = ['src/cli/program.ts']
/** Commands that are loaded alone, as the program says; `monitor` has a pack of its own. */
const OTHER_COMMANDS = commandsAlone(readFileSync('src/cli/program-for.ts', 'utf8'))
  .map((name) => `src/cli/commands/${name}.ts`)
  .filter((source) => !MONITOR_COMMAND.includes(source))
const MOCK = ['mock/source.ts']

/**
 * Each pack holds what its modules need and no earlier one holds, of `alsoOf` only what those need, too; what is left is
 * a pack of its own. By the sources of the modules that are loaded first of all.
 */
const PACKS = [
  {
    name: 'main',
    sources: ['src/cli/main.ts', ...MONITOR_COMMAND, 'src/storage/client/log-thread.ts'],
  },
  { name: 'main', sources: [...RUNTIME, ...MOCK], alsoOf: ALL_COMMANDS },
  { name: 'commands', sources: [...ALL_COMMANDS, ...OTHER_COMMANDS] },
  // Otherwise a question to the log would load all of the monitor.
  { name: 'shared', sources: LOG, alsoOf: MONITOR },
  { name: 'runtime', sources: RUNTIME },
  { name: 'runtime', sources: MOCK, alsoOf: LINES },
  { name: 'screen', sources: ['src/monitor/local-view.ts', 'src/tui/screen.ts'] },
  { name: 'lines', sources: LINES },
  { name: 'mock', sources: MOCK },
  { name: 'log', sources: LOG },
]

/**
 * @param options of esbuild, for all chunks
 * @param {string} folder where the packs go
 * @returns the table that `start/` reads, and what esbuild bundled
 */
export async function buildPacks(options, folder) {
  const { outputFiles, metafile } = await build({
    ...options,
    outdir: folder,
    splitting: true,
    format: 'esm',
    write: false,
    metafile: true,
  })
  const chunks = new Map(
    Object.entries(metafile.outputs).map(([path, chunk]) => [basename(path), chunk]),
  )
  const packOf = new Map()
  for (const { name: pack, sources, alsoOf } of PACKS) {
    const also = alsoOf && neededBy(alsoOf, chunks)
    for (const name of neededBy(sources, chunks)) {
      if (!packOf.has(name) && also?.has(name) !== false) packOf.set(name, pack)
    }
  }
  const parts = new Map()
  for (const { path, text } of outputFiles) {
    const name = basename(path)
    const pack = packOf.get(name) ?? name.slice(0, -3)
    packOf.set(name, pack)
    const code = await asFunction(text, options)
    parts.set(pack, [...(parts.get(pack) ?? []), `${JSON.stringify(name)}:${code}`])
  }
  mkdirSync(folder, { recursive: true })
  const digests = {}
  for (const [pack, members] of parts) {
    const text = `({\n${members.join(',\n')}\n})\n`
    digests[pack] = createHash('sha256').update(text).digest('hex').slice(0, 32)
    writeFileSync(`${folder}/${pack}.js`, text)
  }
  return { packs: { packOf: Object.fromEntries(packOf), digests }, metafile }
}

/** @param {string} text of `program-for.ts` */
function commandsAlone(text) {
  const names = [...text.matchAll(/import\('\.\/commands\/([\w-]+)\.ts'\)/g)].map(
    ([, name]) => name,
  )
  if (names.length < 2) throw new Error('program-for.ts names no commands any more')
  return names
}

/** All chunks that are loaded with these modules. @param {readonly string[]} sources */
function neededBy(sources, chunks) {
  const needed = new Set()
  for (const source of sources) {
    const first = [...chunks].find(([, { entryPoint }]) => entryPoint === source)?.[0]
    if (first === undefined) throw new Error(`${source} is no chunk of its own`)
    loadedWith(first, chunks, needed)
  }
  return needed
}

/** The chunk and those that it imports at once, in the order in which they run. */
function loadedWith(name, chunks, seen = new Set()) {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const { path, kind, external } of chunks.get(name).imports) {
    if (kind === 'import-statement' && !external) loadedWith(basename(path), chunks, seen)
  }
  return seen
}

async function asFunction(text, { target }) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    minifyWhitespace: true,
    minifySyntax: true,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__url' },
  })
  return `(function(exports,require,module,__url,__dirname){${asciiOnly(withPlainExports(code, text))}})`
}

/** V8 keeps the text of a file with other characters in two bytes each. */
export function asciiOnly(code) {
  return code.replace(
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
