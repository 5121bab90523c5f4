import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { withPlainExports } from '../../scripts/plain-exports.mjs'

type Exports = Record<string, unknown> & Record<string, (value?: unknown) => unknown>

/** What a chunk exports. */
async function exportsOf(source: string): Promise<Exports> {
  const { code: text } = await transform(source, { format: 'esm', target: 'node20.19' })
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
  })
  const module = { exports: {} }
  const other = { later: 1, set: (value: number) => (other.later = value) }
  const run = new Function('module', 'require', withPlainExports(code, text))
  run(module, () => other)
  return module.exports as Exports
}

const isPlain = (exports: object, name: string): boolean =>
  Object.getOwnPropertyDescriptor(exports, name)?.get === undefined

test.each([
  ['const x = 1; export { x }', 1],
  ['var x = { y: 1 }; var z = x; z.x = 2; export { x }', { x: 2, y: 1 }],
  ['class C { #x = 1; set() { this.#x = 2 } } const x = new C().set(); export { x }', undefined],
  ['const $x = (y) => y === 1; const x = $x(1); export { x }', true],
])('what stays as it is, is a plain value: %s', async (source, value) => {
  const exports = await exportsOf(source)
  expect(exports['x']).toEqual(value)
  expect(isPlain(exports, 'x')).toBe(true)
})

test.each([
  ['function x() { return 1 }; export { x }'],
  ['async function x() {}; export { x }'],
  ['function* x() {}; export { x }'],
  ['class x {}; export { x }'],
])('so is %s', async (source) => {
  const exports = await exportsOf(source)
  expect(exports['x']).toBeTypeOf('function')
  expect(isPlain(exports, 'x')).toBe(true)
})

test.each([
  'let x; function set(y) { x = y }; export { set, x }',
  'let a = 1, x; const set = (y) => { x = y + a - 1 }; export { a, set, x }',
  'let x = 1; function set(y) { x = y }; export { set, x }',
  'let x = 1; function set(y) { x += y - x }; export { set, x }',
  'let x = 1; const set = (y) => x = y; export { set, x }',
  'let x = 1; const set = () => { x++; x++; x++; x++ }; export { set, x }',
  'let x = 4; const set = () => ++x; export { set, x }',
  'function x() {}; function set(y) { x = y }; export { set, x }',
  "import { later, set } from 'other'; export { later as x, set }",
])('what is set later, is seen later: %s', async (source) => {
  const exports = await exportsOf(source)
  exports['set']?.(5)
  expect(exports['x']).toBe(5)
})
