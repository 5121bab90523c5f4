// Bundles the web page of `serve` into dist/page: one script, one style sheet, one document, each also
// compressed, and `files.json`, the table that the server reads. The names of script and style sheet
// hold a hash of what is in them, so that browsers may keep them for good.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const TYPES = { js: 'text/javascript', css: 'text/css', html: 'text/html' }

/**
 * @param root of the repository, with a slash at its end
 * @returns what esbuild bundled
 */
export async function buildPage(root) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { page: 'src/serve/page/main.tsx' },
    outdir: 'dist/page',
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome115', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    write: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  mkdirSync(`${root}/dist/page`, { recursive: true })
  const made = result.outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }))
  const named = (type) => made.find(({ name }) => name.endsWith(type)).name
  const html = readFileSync(`${root}/src/serve/page/index.html`, 'utf8')
    .replace('{{style}}', `page/${named('.css')}`)
    .replace('{{script}}', `page/${named('.js')}`)
  const files = [...made, { name: 'index.html', contents: Buffer.from(html) }]
  const table = files.map(({ name, contents }) => {
    writeFileSync(`${root}/dist/page/${name}`, contents)
    writeFileSync(`${root}/dist/page/${name}.gz`, gzipSync(contents, { level: 9 }))
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
    writeFileSync(`${root}/dist/page/${name}.br`, brotliCompressSync(contents, quality))
    const type = `${TYPES[name.replace(/^.*\./, '')]}; charset=utf-8`
    return { path: name === 'index.html' ? '/' : `/page/${name}`, file: name, type }
  })
  writeFileSync(`${root}/dist/page/files.json`, JSON.stringify(table, null, 2))
  return result.metafile
}
