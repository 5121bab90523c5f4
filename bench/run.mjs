// Runs one benchmark: node bench/run.mjs <name> [arguments] [--write]. Without a name, lists them. With --write, what
// a bench of bench/README.md found goes into results.json and the tables.
// The bench is bundled as the product is, so that what is measured is what ships.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  console.error(`usage: node bench/run.mjs <name> [arguments] [--write]\n  ${names.join('\n  ')}`)
  process.exit(2)
}

// Inside the checkout, so that packages are found from there.
const folder = mkdtempSync(join(here, '.run-'))
const outfile = join(folder, 'bench.mjs')
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await build({
  entryPoints: [join(here, `${name}.ts`)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  define: { __VERSION__: '"bench"' },
  logLevel: 'warning',
})
process.argv.splice(1, process.argv.length - 1, outfile, ...rest)
await import(pathToFileURL(outfile).href)
