// Bundles of blessed what the screen uses: the whole of it loads 34 widgets, a PNG decoder and a video player, which
// takes 35 ms and 4 MB.
import { cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const home = dirname(require.resolve('blessed/package.json'))

/** `blessed` as far as it is used, by our own files and by blessed-contrib's gauge. */
const PARTS = `
const Screen = require('./lib/widgets/screen')
const Box = require('./lib/widgets/box')
module.exports = {
  Node: require('./lib/widgets/node'), Box, box: Box, Screen, screen: Screen, Tput: require('./lib/tput'),
}
`

export const blessedParts = {
  name: 'blessed parts',
  setup({ onResolve, onLoad }) {
    // Itself, where its own files ask for it: '../' of lib/unicode.js.
    const isItself = ({ path, importer }) =>
      path === 'blessed' || (path === '../' && importer.startsWith(join(home, 'lib')))
    onResolve({ filter: /^(blessed|\.\.\/)$/ }, (asked) =>
      isItself(asked) ? { path: 'blessed', namespace: 'blessed-parts' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'blessed-parts' }, () => ({
      contents: PARTS,
      resolveDir: home,
    }))
  },
}

/** Its descriptions of terminals, which it looks for in `../usr` of its own folder. */
export function copyDescriptions(folder) {
  mkdirSync(folder, { recursive: true })
  for (const name of ['linux', 'windows-ansi', 'xterm', 'xterm-256color', 'xterm.termcap']) {
    cpSync(join(home, 'usr', name), join(folder, name))
  }
}
