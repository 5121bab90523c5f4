// The command as few files: esbuild's chunks, each a function, side by side in a "pack" where they are loaded together.
// A file of its own for each chunk costs half a millisecond at every start (50 of them for `--help`).
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build, transform } from 'esbuild'

/**
 * Each pack holds what its module needs and no earlier one holds; what is left is a pack of its own.
 * By the source of the module that is loaded first of all.
 */
const PACKS = [
  'src/cli/main.ts',
  'src/app/runtime.ts',
  'src/tui/screen.ts',
  'src/storage/read/log-reader.ts',
]

/**
 * @param options of esbuild, for all chunks
 * @param {string} folder where the packs go
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
  for (const source of PACKS) {
    const first = [...chunks].find(([, { entryPoint }]) => entryPoint === source)?.[0]
    if (first === undefined) throw new Error(`${source} is no chunk of its own`)
    for (const name of loadedWith(first, chunks)) {
      if (!packOf.has(name)) packOf.set(name, basename(source, '.ts'))
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
  return { packOf: Object.fromEntries(packOf), digests }
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
  return `(function(exports,require,module,__url,__dirname){${asciiOnly(code)}})`
}

/** V8 keeps the text of a file with other characters in two bytes each. */
export function asciiOnly(code) {
  return code.replace(
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
