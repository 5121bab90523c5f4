// Holds the direction of imports between the rooms of src/ (docs/architecture.md) and
// the doors of the rooms that have some. One line a room: what it may import beside itself.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const GROUND = ['domain', 'util', 'chart']
const LOWER = [...GROUND, 'protocol', 'stats', 'alarms']

export const ROOMS = {
  domain: [],
  util: [],
  chart: ['domain', 'util'],
  protocol: GROUND,
  stats: GROUND,
  alarms: [...GROUND, 'stats'],
  sources: LOWER,
  storage: LOWER,
  stream: [...LOWER, 'sources', 'storage'],
  monitor: [...LOWER, 'sources', 'storage', 'stream'],
  sinks: [...LOWER, 'storage', 'monitor'],
  tui: [...GROUND, 'monitor'],
  serve: [...LOWER, 'monitor', 'storage'],
  config: ['util'],
  app: [...LOWER, 'sources', 'storage', 'stream', 'monitor', 'sinks', 'tui', 'serve', 'mock'],
  cli: [...LOWER, 'config', 'sources', 'storage', 'monitor', 'tui', 'app', 'mock'],
}

/** Rooms that only these of their files may be imported from outside. */
export const DOORS = {
  storage: [
    'client/log.ts',
    'client/log-client.ts',
    'client/log-history.ts',
    'client/reader-registry.ts',
    'client/unused-log.ts',
    'read/commit-reader.ts',
    'read/log-query.ts',
    'read/log-reader.ts',
    'file/output-guard.ts',
  ],
}

/** Rooms whose folders have an order: what each may import of the others. */
const FOLDERS = {
  storage: { file: [], read: ['file'], write: ['file'], client: ['file', 'read', 'write'] },
}

/** Packages that one room alone imports. */
const PACKAGES = {
  serialport: 'sources',
  '@serialport/parser-readline': 'sources',
  'better-sqlite3': 'storage',
  blessed: 'tui',
  'blessed-contrib': 'tui',
  commander: 'cli',
  chalk: 'cli',
}

const root = fileURLToPath(new URL('../src/', import.meta.url))
const faults = []

for (const file of readdirSync(root, { recursive: true })) {
  if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue
  const room = file.split(/[/\\]/)[0]
  const text = readFileSync(join(root, file), 'utf8')
  for (const [, name] of text.matchAll(/(?:from|import)[ (]'([^']+)'/g)) {
    const fault = name.startsWith('.') ? faultOf(room, file, name) : faultOfPackage(room, name)
    if (fault !== null) faults.push(`src/${file}: ${fault}`)
  }
}

function faultOf(room, file, name) {
  const target = relative(root, resolve(root, dirname(file), name)).replaceAll('\\', '/')
  const to = target.startsWith('../') ? target.split('/')[1] : target.split('/')[0]
  if (to === room) return faultOfFolder(room, file, target)
  if (!(ROOMS[room] ?? []).includes(to)) return `${room} may not import ${to} (${name})`
  const doors = DOORS[to]
  const rest = target.split('/').slice(1).join('/')
  if (doors !== undefined && !doors.includes(rest)) return `${to} has doors, and ${rest} is none`
  return null
}

function faultOfFolder(room, file, target) {
  const [from, to] = [file.split(/[/\\]/)[1], target.split('/')[1]]
  const allowed = FOLDERS[room]?.[from]
  if (allowed === undefined || from === to || allowed.includes(to)) return null
  return `${room}/${from} may not import ${room}/${to}`
}

function faultOfPackage(room, name) {
  const owner = Object.entries(PACKAGES).find(
    ([each]) => name === each || name.startsWith(`${each}/`),
  )
  if (owner === undefined || owner[1] === room) return null
  return `${owner[0]} is for ${owner[1]} alone`
}

if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
