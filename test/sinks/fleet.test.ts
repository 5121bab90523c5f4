import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/polling.ts'
import { lacksPostgres, PASSWORD, PostgresServer, USER } from '../support/servers/postgres.ts'

const FLEET = new URL('../../docs/fleet/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, FLEET), 'utf8')
const compose = read('compose.yaml')

const isMissing = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0
const lacks =
  lacksPostgres ??
  ['psql', 'mosquitto', 'mosquitto_passwd', 'mosquitto_sub'].find(isMissing) ??
  null

/** Passwords as compose.yaml has them where nobody says others. */
const passwords = Object.fromEntries(
  [...compose.matchAll(/\$\{(\w+_PASSWORD):-([^}]+)\}/g)].map(([, name, value]) => [name, value]),
)

/** What each logger is started with. */
const LOGGERS = [...compose.matchAll(/command: \[([^\]]+)\]/g)].map(([, list = '']) =>
  list.split(', '),
)

interface DashboardPanel {
  readonly title: string
  readonly targets: readonly { readonly rawSql: string }[]
}
const dashboard = JSON.parse(read('grafana/fleet.json')) as {
  readonly panels: readonly DashboardPanel[]
  readonly templating: { readonly list: readonly { readonly query: string }[] }
}

/** As Grafana fills in its macros. */
function filledIn(sql: string, devices: readonly string[]): string {
  const list = devices.map((each) => `'${each}'`).join(',')
  return sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 BETWEEN now() - interval '1 hour' AND now()`)
    .replaceAll('$__interval', '10s')
    .replaceAll(/\$\{device:sqlstring\}/g, list)
}

describe.skipIf(lacks !== null)('the fleet in a box, without the box', () => {
  let server: PostgresServer
  let brokerPort: number
  const folder = temporaryFolder()

  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.query('CREATE DATABASE power')
    brokerPort = await freePort()
  })
  afterAll(() => server?.stop())

  test('three loggers, a broker, a database: what the dashboard asks is answered', async () => {
    const environment = { ...process.env, ...passwords, HOME: folder }
    const roles = spawnSync('sh', [join(FLEET.pathname, 'database.sh')], {
      env: {
        ...environment,
        PGHOST: '127.0.0.1',
        PGPORT: String(server.port),
        PGUSER: USER,
        PGPASSWORD: PASSWORD,
      },
      encoding: 'utf8',
    })
    expect(roles).toMatchObject({ status: 0, stderr: '' })
    start(
      ['sh', join(FLEET.pathname, 'broker.sh'), brokerFolder(), String(brokerPort)],
      environment,
    )
    LOGGERS.forEach((args, i) => {
      start([process.execPath, CLI, ...args, '--output', 'none'], {
        ...environment,
        INA219_DB: join(folder, `${i}.db`),
        INA219_SINK: sinks(),
        PGPASSWORD: passwords['LOGGER_PASSWORD'] ?? '',
        INA219_MQTT_PASSWORD: passwords['LOGGER_PASSWORD'] ?? '',
      })
    })
    const client = await reader()
    const devices = ['bench-1', 'bench-2', 'bench-3']
    await until('all boards are there', async () => {
      const { rows } = await client
        .query('SELECT device FROM power_sample GROUP BY device HAVING count(*) > 20 ORDER BY 1')
        .catch(() => ({ rows: [] as { device: string }[] }))
      return rows.map(({ device }) => device).join() === devices.join()
    })
    for (const { query } of dashboard.templating.list) {
      const { rows } = await client.query(query)
      expect(rows.map(({ device }) => device)).toEqual(devices)
    }
    for (const { title, targets } of dashboard.panels) {
      for (const { rawSql } of targets) {
        const { rows } = await client.query(filledIn(rawSql, devices))
        expect([title, rows.length > 0 || title === 'Gaps']).toEqual([title, true])
      }
    }
    await expect(client.query('DELETE FROM power_sample')).rejects.toThrow(/permission denied/)
    expect(heard('ina219/+/state')).toContain('bench-')
    expect(heard('homeassistant/#')).toContain('ina219')
  })

  test('a broker that is killed has what it acknowledged', async () => {
    const [place, port] = [brokerFolder(), await freePort()]
    const user = (name: string): string[] => {
      const password = passwords[`${name.toUpperCase()}_PASSWORD`] ?? ''
      return ['-p', String(port), '-u', name, '-P', password, '-q', '1']
    }
    const up = async (): Promise<ChildProcess> => {
      const script = join(FLEET.pathname, 'broker.sh')
      const broker = start(['sh', script, place, String(port)], { ...process.env, ...passwords })
      await until('it listens', () => {
        return spawnSync('mosquitto_pub', [...user('logger'), '-t', 'x', '-n']).status === 0
      })
      return broker
    }
    const away = [...user('reader'), '-c', '-i', 'away', '-t', 'ina219/+/samples']
    const before = await up()
    expect(spawnSync('mosquitto_sub', [...away, '-E']).status).toBe(0)
    const sent = Array.from({ length: 10 }, (_, i) => `sample ${i}`)
    for (const each of sent) {
      const what = ['-t', 'ina219/bench/samples', '-m', each]
      expect(spawnSync('mosquitto_pub', [...user('logger'), ...what]).status).toBe(0)
    }
    const kept = join(place, 'mosquitto.db')
    await until('it is on the disk', () => {
      return existsSync(kept) && readFileSync(kept, 'latin1').includes('sample 9')
    })
    const killed = once(before, 'exit')
    before.kill('SIGKILL')
    await killed
    await up()
    const { stdout } = spawnSync('mosquitto_sub', [...away, '-C', '10', '-W', '10'], {
      encoding: 'utf8',
    })
    expect(stdout.trim().split('\n')).toEqual(sent)
  })

  test('the same things are called the same everywhere', () => {
    const rights = read('mosquitto.acl')
    for (const user of ['logger', 'reader']) expect(rights).toContain(`user ${user}\n`)
    expect(compose).toContain('postgres://logger@database/power')
    expect(compose).toContain('mqtt://logger@broker/?discovery=homeassistant')
    expect(read('grafana/datasource.yaml')).toContain('user: reader')
    for (const [, path = ''] of compose.matchAll(/- \.\/(\S+?):/g)) expect(read(path)).not.toBe('')
  })

  /** As compose.yaml says, with the places of the servers here. */
  function sinks(): string {
    const [, text = ''] = /INA219_SINK: >-\n((?: {6}\S+\n)+)/.exec(compose) ?? []
    return text
      .trim()
      .replaceAll(/\s+/g, ' ')
      .replace('@database/', `@127.0.0.1:${server.port}/`)
      .replace('@broker/', `@127.0.0.1:${brokerPort}/`)
  }

  function brokerFolder(): string {
    const place = temporaryFolder()
    mkdirSync(place, { recursive: true })
    spawnSync('chmod', ['755', place])
    return place
  }

  async function reader(): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: server.port,
      user: 'reader',
      password: passwords['READER_PASSWORD'],
      database: 'power',
      ssl: false,
    })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  function heard(topic: string): string {
    const password = passwords['READER_PASSWORD'] ?? ''
    const args = ['-p', String(brokerPort), '-u', 'reader', '-P', password, '-t', topic]
    return spawnSync('mosquitto_sub', [...args, '-v', '-C', '1', '-W', '10'], { encoding: 'utf8' })
      .stdout
  }
})

function start([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(program, args, { env, stdio: 'ignore' })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  return child
}
