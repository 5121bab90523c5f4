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
  setup({ onResolve, onLoad, onEnd }) {
    const asked = new Set()
    onResolve({ filter: /./ }, ({ path, kind, importer }) => {
      if (kind !== 'dynamic-import' && !/[\\/]@serialport[\\/]/.test(importer)) return undefined
      asked.add(path)
      return PARTS[path]
    })
    // A part that has another name in a new version would be left as it is, without a word.
    onEnd(({ errors }) => {
      // One that failed may not have got so far; what has no port asks for none of them.
      if (errors.length > 0 || !asked.has('serialport')) return undefined
      const missing = Object.keys(PARTS).filter((part) => !asked.has(part))
      return { errors: missing.map((part) => ({ text: `nothing imports ${part}` })) }
    })
    onLoad({ filter: /.*/, namespace: 'serial-binding' }, ({ path }) => ({
      contents: path,
      resolveDir: dirname(fileURLToPath(import.meta.url)),
    }))
  },
}

function virtual(contents) {
  return { path: contents, namespace: 'serial-binding' }
}
