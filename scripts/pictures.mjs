// Writes docs/pictures/ (scripts/pictures.ts): the screens that README shows, the same every time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

// Clock times on them are those of one zone.
process.env.TZ = 'UTC'
const root = fileURLToPath(new URL('..', import.meta.url))
// Below the root, so that the packages are found.
const folder = mkdtempSync(join(root, 'node_modules', '.pictures-'))
try {
  const outfile = join(folder, 'pictures.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/pictures.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  })
  const { pictures } = await import(pathToFileURL(outfile).href)
  const target = join(root, 'docs', 'pictures')
  mkdirSync(target, { recursive: true })
  for (const [name, svg] of await pictures()) writeFileSync(join(target, name), svg)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
// The monitor's own timers would hold the process.
process.exit(0)
