import { errorText } from '../util/errors.ts'
import { type Finding, Findings } from './finding.ts'

/** As `engines` of package.json. */
const LEAST_NODE = [20, 19] as const

/** Node, and what has been compiled for it. */
export async function checkProgram(version: string): Promise<Finding[]> {
  const found = new Findings('program')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])
  const where = `${process.platform} ${process.arch}`
  found.add(
    isOld ? 'problem' : 'ok',
    `ina219 ${version}, Node ${process.versions.node}, ${where}`,
    isOld ? `install Node ${LEAST_NODE.join('.')} or later` : null,
  )
  const modules: [string, () => Promise<string>][] = [
    [
      'SQLite (better-sqlite3)',
      async () => (await import('../storage/read/log-health.ts')).sqliteVersion(),
    ],
    [
      'serial ports (serialport)',
      async () => {
        await (await import('../sources/serial/loads.ts')).loadSerialport()
        return 'loads'
      },
    ],
  ]
  for (const [name, load] of modules) {
    try {
      found.add('ok', `${name}: ${await load()}`)
    } catch (error) {
      found.add(
        'problem',
        `${name} can't be loaded: ${errorText(error).split('\n')[0]}`,
        'it was compiled for another Node or not at all: install ina219 again with this Node',
      )
    }
  }
  return found.list
}
