// Writes man/ina219.1 (scripts/man-page.ts).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version, dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
// Below the root, so that the packages are found.
const folder = mkdtempSync(join(root, 'node_modules', '.man-'))
try {
  const outfile = join(folder, 'man-page.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/man-page.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: Object.keys({ ...dependencies, ...optionalDependencies }),
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  })
  const { manPage, releaseDate } = await import(pathToFileURL(outfile).href)
  writeFileSync(join(root, 'man', 'ina219.1'), manPage(version, releaseDate(changelog, version)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
