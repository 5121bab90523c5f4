// Bundles the command into dist/. Native modules and the packages of
// `dependencies` stay imports; blessed-contrib's single widgets, avr8js and
// smol-toml are bundled, so that an installed package does not bring along the
// old transitive dependencies of blessed-contrib.
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildPage } from './page.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const pkg = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
const external = Object.keys({ ...pkg.dependencies, ...pkg.optionalDependencies })

rmSync(`${root}/dist`, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    ina219: 'src/cli/main.ts',
    'log-worker': 'src/storage/write/log-worker.ts',
    'backup-worker': 'src/service/backup/backup-worker.ts',
    'rest-reading-worker': 'src/serve/rest/reading/reading-worker.ts',
    'live-feed-worker': 'src/serve/live/feed-worker.ts',
    'view-save-worker': 'src/serve/view/save/save-worker.ts',
    'log-history-worker': 'src/storage/read/log-history-worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: [...external, ...external.map((name) => `${name}/*`)],
  define: { __VERSION__: JSON.stringify(pkg.version) },
  // Bundled CommonJS (contrib's widget, avr8js) calls require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
await buildPage(root)
