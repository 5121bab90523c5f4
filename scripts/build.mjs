// Bundles the command into dist/. Native modules and the packages of
// `optionalDependencies` stay imports, and of better-sqlite3 and serialport what is compiled; all else is bundled, so that an
// installed package does not bring along the old transitive dependencies of blessed-contrib.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { blessedParts, copyDescriptions } from './blessed-parts.mjs'
import { licenseTexts } from './licenses.mjs'
import { asciiOnly, buildPacks } from './packs.mjs'
import { buildPage } from './page.mjs'
import { serialBinding } from './serial-binding.mjs'
import { sqliteBinding } from './sqlite-binding.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}/dist`
const pkg = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
const external = [...Object.keys(pkg.optionalDependencies), 'pg-native']

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  external: [...external, ...external.map((name) => `${name}/*`), 'better-sqlite3/build/*'],
  define: { __VERSION__: JSON.stringify(pkg.version) },
  plugins: [
    { name: 'no subprograms', setup: withoutChildProcess },
    { name: 'packages of their own', setup: besides },
    blessedParts,
    sqliteBinding,
    serialBinding,
  ],
  logLevel: 'warning',
}

/** Commander loads it for subcommands that are programs of their own; there are none, and it takes 4 ms. */
function withoutChildProcess({ onResolve, onLoad }) {
  onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
    importer.includes('/commander/') ? { path: 'none', namespace: 'empty' } : undefined,
  )
  onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }))
}

/** A large package that few need is a file of its own: even what is not run is read and parsed. */
function besides({ onResolve }) {
  onResolve({ filter: /^mqtt$/ }, ({ kind, path }) =>
    kind === 'dynamic-import' ? { path: `./package-${path}.js`, external: true } : undefined,
  )
}

rmSync(dist, { recursive: true, force: true })
const { packs, metafile } = await buildPacks(
  { ...options, entryPoints: { main: 'src/cli/main.ts' } },
  `${dist}/packs`,
)
/** Programs of one file each. */
async function bundle(entryPoints, more) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints,
    outdir: dist,
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    write: false,
    metafile: true,
    ...more,
  })
  for (const { path, text } of outputFiles) writeFileSync(path, asciiOnly(text))
  return metafile
}

const start = await bundle(
  { ina219: 'src/start/start.ts' },
  { define: { ...options.define, __PACKS__: JSON.stringify(packs) } },
)
// A thread has modules of its own: sharing files with the command would save nothing.
const threads = await bundle(
  {
    'log-worker': 'src/storage/write/log-worker.ts',
    'backup-worker': 'src/service/backup/backup-worker.ts',
    'rest-reading-worker': 'src/serve/rest/reading/reading-worker.ts',
    'live-feed-worker': 'src/serve/live/feed-worker.ts',
    'sink-worker': 'src/sinks/sink-worker.ts',
    'package-mqtt': 'mqtt',
    'view-save-worker': 'src/serve/view/save/save-worker.ts',
    'log-history-worker': 'src/storage/read/log-history-worker.ts',
  },
  // What is loaded later is required: the loader of ES modules would cost the same there.
  { supported: { 'dynamic-import': false } },
)
// CommonJS: the loader of ES modules costs 20 ms a start, and 2 MB in each thread.
writeFileSync(`${dist}/package.json`, '{ "type": "commonjs" }\n')
copyDescriptions(`${dist}/usr`)
const page = await buildPage(root)
const texts = licenseTexts(root, [metafile, start, threads, page])
writeFileSync(`${dist}/third-party-licenses.txt`, texts)
