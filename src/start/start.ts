import { join } from 'node:path'
import { cacheFolder } from '../util/paths.ts'
import { CodeCache } from './code-cache.ts'
import { Packs, type PackTable } from './packs.ts'

declare const __PACKS__: PackTable

// As Node's own: https://nodejs.org/api/cli.html#node_disable_compile_cache1
const isOff = process.env['NODE_DISABLE_COMPILE_CACHE'] === '1'
const cache = new CodeCache(isOff ? null : join(cacheFolder(process.env), 'code'))
process.on('exit', () => cache.save(Object.keys(__PACKS__.digests)))
new Packs(__dirname, __PACKS__, cache, require).load('main.js')
