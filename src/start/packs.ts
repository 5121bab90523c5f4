import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CodeCache } from './code-cache.ts'

/** Made by scripts/packs.mjs: in which file each chunk is, and a digest of each file. */
export interface PackTable {
  readonly packOf: Readonly<Record<string, string>>
  readonly digests: Readonly<Record<string, string>>
}

type Chunk = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  url: string,
  folder: string,
) => void

/** The chunks of the program, which scripts/packs.mjs lays side by side in a few files. */
export class Packs {
  /** The folder that they are in. */
  readonly #packs: string
  readonly #table: PackTable
  readonly #cache: CodeCache
  /** What `import.meta.url` says in all of them. */
  readonly #url: string
  readonly #require: (name: string) => unknown
  readonly #chunks: Record<string, Chunk> = {}
  readonly #modules = new Map<string, { exports: object }>()

  /**
   * @param folder of the program
   * @param load for packages and Node's own modules
   */
  constructor(folder: string, table: PackTable, cache: CodeCache, load: NodeJS.Require) {
    this.#packs = join(folder, 'packs')
    this.#table = table
    this.#cache = cache
    this.#url = pathToFileURL(join(folder, 'ina219.js')).href
    this.#require = Object.assign(
      (name: string) => (name.startsWith('./') ? this.load(name.slice(2)) : load(name)),
      { resolve: load.resolve },
    )
  }

  /** What a chunk exports; it runs the first time. */
  load(name: string): object {
    const known = this.#modules.get(name)
    if (known !== undefined) return known.exports
    const chunk = this.#chunks[name] ?? this.#read(name)
    const module = { exports: {} }
    this.#modules.set(name, module)
    chunk(module.exports, this.#require, module, this.#url, this.#packs)
    return module.exports
  }

  #read(name: string): Chunk {
    const { packOf, digests } = this.#table
    const pack = packOf[name] as string
    const file = join(this.#packs, `${pack}.js`)
    const script = this.#cache.compile(file, pack, digests[pack] as string)
    Object.assign(this.#chunks, script.runInThisContext())
    return this.#chunks[name] as Chunk
  }
}
