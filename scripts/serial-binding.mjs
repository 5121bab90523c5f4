import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Bundles the JavaScript of serialport: of its packages a port needs a third; the rest is 30 files at each start, and 1 MB that
 * stays. What is compiled is left in its package, wherever that was installed.
 */
const PARTS = {
  // Without the parsers and the mock.
  serialport: virtual(`export { SerialPort } from 'serialport/dist/serialport.js'`),
  '@serialport/parser-readline': virtual(
    `export { ReadlineParser } from '@serialport/parser-readline/dist/index.js'`,
  ),
  './serialport-bindings': virtual(`
    const { dirname } = require('node:path')
    const find = (name, from) => require.resolve(name, { paths: [from] })
    const bindings = find('@serialport/bindings-cpp', require.resolve('serialport'))
    exports.binding = require(find('node-gyp-build', bindings))(dirname(dirname(bindings)))
  `),
  // Without libuv's pool of threads, and once a line instead of twice.
  './unix-read': virtual(`export { unixRead } from '../src/sources/serial/unix-read.ts'`),
  // Loads the terminal's modules.
  debug: virtual(`module.exports = process.env.DEBUG ? require('debug') : () => () => {}`),
  // For a list of the ports alone.
  child_process: virtual(
    `exports.spawn = (...args) => process.getBuiltinModule('child_process').spawn(...args)`,
  ),
}

export const serialBinding = {
  name: 'serial binding',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind, importer }) =>
      kind === 'dynamic-import' || /[\\/]@serialport[\\/]/.test(importer) ? PARTS[path] : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'serial-binding' }, ({ path }) => ({
      contents: path,
      resolveDir: dirname(fileURLToPath(import.meta.url)),
    }))
  },
}

function virtual(contents) {
  return { path: contents, namespace: 'serial-binding' }
}
