// Holds the direction of imports between the rooms of src/ and mock/ (docs/architecture.md),
// the doors of the rooms that have some, and the packages that one room alone may import.
//
//   node scripts/rooms.mjs            reports each import that is against them
//   node scripts/rooms.mjs --table    prints which room may import which

import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a room may import beside itself. */
const ROOMS = {
  domain: '',
  util: '',
  theme: 'domain util',
  chart: 'domain stats util',
  protocol: 'domain util',
  stats: 'domain util',
  alarms: 'domain stats util',
  sources: 'domain protocol stats util',
  storage: 'chart domain protocol stats util',
  stream: 'domain protocol sources stats storage util',
  importing: 'domain mock protocol sources storage stream util',
  monitor: 'alarms chart domain protocol sources stats storage stream util',
  figures: 'chart domain monitor theme util',
  tui: 'chart domain figures monitor protocol theme util',
  config: 'util',
  export: 'chart domain stats storage theme util',
  service: 'export storage util',
  doctor: 'protocol sinks sources storage theme tui util',
  serve: 'alarms chart domain export monitor protocol stats storage stream theme util',
  remote: 'chart domain monitor serve util',
  sinks: 'domain storage util',
  app: 'alarms domain export mock monitor protocol remote serve service sinks sources stats storage stream theme tui util',
  cli: 'alarms app chart config doctor domain export importing mock protocol remote serve service sinks sources stats storage theme tui util',
  mock: 'domain protocol sources util',
  start: 'util',
}

/** The part of a room that runs in a browser: it may import less than its room, and nothing else of that may import it. */
const BROWSER = {
  part: 'serve/page',
  rooms: 'chart domain figures monitor theme util'.split(' '),
  files: ['serve/view/wire.ts', 'export/svg/chart-svg.ts'],
  packages: ['preact', 'uplot'],
}

/** Rooms without I/O: of Node's own modules they import Buffer alone (house rule 1). */
const PURE = 'alarms domain chart figures protocol stats stream monitor theme'.split(' ')

/** Rooms of which only these files may be imported from outside. */
const DOORS = {
  storage: [
    'client/asked-thread.ts',
    'client/log.ts',
    'client/log-client.ts',
    'client/log-copy.ts',
    'client/log-history.ts',
    'client/log-thread.ts',
    'client/reader-registry.ts',
    'client/totals-reset.ts',
    'client/up-to-date.ts',
    'client/unused-log.ts',
    'read/answer-questions.ts',
    'read/commit-reader.ts',
    'read/known-log.ts',
    'repair/repair-log.ts',
    'read/log-content.ts',
    'read/log-health.ts',
    'read/log-query.ts',
    'read/log-reader.ts',
    'read/sql-tables.ts',
    'file/asked-messages.ts',
    'file/leftovers.ts',
    'file/output-guard.ts',
    'file/worker-failure.ts',
  ],
}

/** Rooms whose folders have an order: what each may import of the others. */
const FOLDERS = {
  storage: {
    file: '',
    read: 'file',
    write: 'file',
    client: 'file read write',
    repair: 'file write',
  },
}

const PACKAGES = {
  serialport: 'sources',
  '@serialport/parser-readline': 'sources',
  'better-sqlite3': 'storage',
  blessed: 'tui',
  'blessed-contrib': 'tui',
  commander: 'cli',
  chalk: 'cli',
  'smol-toml': 'config',
  'unix-dgram': 'service',
  hono: 'serve',
  '@hono/node-server': 'serve',
  '@hono/zod-openapi': 'serve',
  ws: 'serve remote',
  'socket.io': 'serve',
  'engine.io': 'serve',
  'prom-client': 'serve',
  pg: 'sinks',
  mqtt: 'sinks',
}

/** The name in `from 'x'`, `import 'x'`, `import('x')`, with any quotes and breaks. */
const IMPORT = /(?<!['"`-])\b(?:from|import)\b\s*\(?\s*(['"`])([^'"`\n]+)\1/g

const root = fileURLToPath(new URL('..', import.meta.url))

/** The room that a path below the root is in, and the path within it. */
function placeOf(path) {
  const parts = path.split(/[/\\]/)
  if (parts[0] === 'src') parts.shift()
  const [room, ...rest] = parts
  return { room, within: rest.join('/') }
}

function faultOf(file, name) {
  const { room, within } = placeOf(file)
  const inBrowser = isInBrowser({ room, within })
  if (!name.startsWith('.')) return faultOfBrowser(inBrowser, name) ?? faultOfPackage(room, name)
  const target = placeOf(relative(root, resolve(root, dirname(file), name)))
  const isThere = isInBrowser(target)
  if (inBrowser !== isThere)
    return inBrowser ? faultOfPage(target) : `${BROWSER.part} is for browsers alone`
  if (target.room === room) return faultOfFolder(room, within, target.within)
  if (!ROOMS[room]?.split(' ').includes(target.room)) return `${room} may not import ${target.room}`
  const doors = DOORS[target.room]
  if (doors === undefined || doors.includes(target.within)) return null
  return `${target.within} is no door of ${target.room}`
}

function isInBrowser({ room, within }) {
  return `${room}/${within}`.startsWith(`${BROWSER.part}/`)
}

function faultOfPage({ room, within }) {
  const isAllowed = BROWSER.rooms.includes(room) || BROWSER.files.includes(`${room}/${within}`)
  return isAllowed ? null : `${BROWSER.part} may not import ${room}/${within}`
}

function faultOfBrowser(inBrowser, name) {
  const isOurs = BROWSER.packages.some((each) => name === each || name.startsWith(`${each}/`))
  if (inBrowser) return isOurs ? null : `${name} is not for browsers`
  return isOurs ? `${name} is for ${BROWSER.part} alone` : null
}

function faultOfFolder(room, within, target) {
  const [from, to] = [within, target].map((path) => path.split('/')[0])
  const allowed = FOLDERS[room]?.[from]
  if (allowed === undefined || from === to || allowed.split(' ').includes(to)) return null
  return `${room}/${from} may not import ${room}/${to}`
}

function faultOfPackage(room, name) {
  if (isBuiltin(name) && PURE.includes(room) && name !== 'node:buffer') {
    return `${room} does no I/O, and ${name} is some`
  }
  const owner = Object.keys(PACKAGES).find((each) => name === each || name.startsWith(`${each}/`))
  if (owner === undefined || PACKAGES[owner].split(' ').includes(room)) return null
  return `${owner} is for ${PACKAGES[owner].replace(' ', ' and ')} alone`
}

function faults() {
  const files = ['src', 'mock'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
  )
  return files
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      const names = [...text.matchAll(IMPORT)].map(([, , name]) => name)
      return names.flatMap((name) => {
        const fault = faultOf(file, name)
        return fault === null ? [] : [`${file}: ${fault} (${name})`]
      })
    })
}

if (process.argv.includes('--table')) {
  for (const [room, others] of Object.entries(ROOMS)) console.log(`${room}: ${others}`)
} else {
  const found = faults()
  for (const fault of found) console.error(fault)
  if (found.length > 0) process.exit(1)
}
