import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Bundles a TypeScript program of the tests as the product is bundled, so that
 * it runs as a process of its own.
 *
 * @param entry relative to the repository
 * @returns path of the program, inside the repository so that it finds its packages; its folder is
 *   the caller's to remove
 */
export async function bundleProgram(entry: string): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const folder = `${root}node_modules/.cache/ina219-test-${process.pid}`
  mkdirSync(folder, { recursive: true })
  const outfile = `${folder}/${entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs')}`
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['blessed', 'better-sqlite3'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return outfile
}
