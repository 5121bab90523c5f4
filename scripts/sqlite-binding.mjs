// Bundles the JavaScript of better-sqlite3: from its own twelve files it takes 4 ms at every start. What is compiled stays in
// the package, and is asked for where the install script puts it: `bindings` would look through a dozen places for it.
const BINDING = `module.exports = () => require('better-sqlite3/build/Release/better_sqlite3.node')`

export const sqliteBinding = {
  name: 'sqlite binding',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'sqlite-binding' }))
    onLoad({ filter: /.*/, namespace: 'sqlite-binding' }, () => ({ contents: BINDING }))
  },
}
