import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const PRINT = ['service', 'install', '--user', '--print', '--']

describe('service install --print', () => {
  it('shows the unit, with paths made absolute, and changes nothing', async () => {
    const home = temporaryFolder()
    const run = await ina219([...PRINT, '--port', '/dev/ttyUSB0', '--db', 'power.db'], '', {
      HOME: home,
    })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const db = join(process.cwd(), 'power.db')
    expect(run.stdout).toContain(`monitor --wait --output none --port /dev/ttyUSB0 --db ${db}\n`)
    expect(run.stdout).toContain(`[X-Ina219]\nLog=${db}\n`)
    expect(existsSync(join(home, '.config'))).toBe(false)
  })

  it('reads the configuration file as the service will, and not the environment of who asks', async () => {
    const folder = temporaryFolder()
    const config = join(folder, 'config.toml')
    writeFileSync(config, `db = "${folder}/from-file.db"\n[monitor]\nport = "/dev/ttyS9"\n`)
    const run = await ina219([...PRINT, `--config=${config}`], '', {
      INA219_DB: '/nowhere/env.db',
      HOME: folder,
    })
    expect(run.stdout).toContain(`Log=${folder}/from-file.db\n`)
    expect(run.stdout).toContain(`--config=${config}\n`)
    expect(run.stdout).toContain('DeviceAllow=/dev/ttyS9 rw\n')
  })

  it.each([
    [['--prot', '/dev/x'], "monitor has no option '--prot'"],
    [['--retain', 'soon'], 'soon'],
    [['--stdin'], 'a service has no standard input'],
    [['--retain', '20h', '--backup', 'd'], 'with --retain 20h none is in the log'],
    [['--backup', ''], 'an empty text is no folder'],
    [['--max-current', '3', '--alarm', 'a >'], '--alarm'],
    [['--port', 'a', '--device', 'b', '--device', 'c'], 'device'],
    [['--no-anomalies', '--alarm', 'anomaly(a) as x'], '--no-anomalies'],
  ])('refuses %j as monitor would', async (args, reason) => {
    const run = await ina219([...PRINT, ...args])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(reason)
  })
})

describe('service install with sinks', () => {
  const INSTALL = ['service', 'install', '--user', '--print', '--', '--mock']
  const secret = (): string => {
    const path = join(temporaryFolder(), 'password')
    writeFileSync(path, 'hunter2\n', { mode: 0o600 })
    return path
  }

  it('lets the service reach the network, and takes a password from a file alone', async () => {
    const path = secret()
    const url = `influx+http://lab@db:8086/?db=lab&password-file=${path}`
    const { code, stdout } = await ina219([...INSTALL, '--sink', url], '', {
      HOME: temporaryFolder(),
    })
    expect(code).toBe(0)
    expect(stdout).toContain(url)
    expect(stdout).not.toContain('hunter2')
    expect(stdout).toMatch(/^RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK$/m)
    expect(stdout).not.toContain('IPAddressDeny')
  })

  it.each([
    ['influx+http://lab:hunter2@db/?db=lab', 'everybody can read a unit file'],
    [
      'influx+http://lab@db/?db=lab&password-file=package.json',
      'name the file of the sink by its whole path',
    ],
    ['influx+http://lab@db/', 'to a database'],
  ])('refuses %s', async (url, reason) => {
    const run = await ina219([...INSTALL, '--sink', url], '', { HOME: temporaryFolder() })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(reason)
    expect(run.stderr).not.toContain('hunter2')
  })

  it('takes one from a configuration file, which the user keeps', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, 'sink = ["influx+http://lab:hunter2@db/?db=lab"]\n')
    const run = await ina219([...INSTALL, '--config', config], '', { HOME: temporaryFolder() })
    expect(run.code).toBe(0)
    expect(run.stdout).not.toContain('hunter2')
    expect(run.stdout).toContain('AF_INET ')
  })

  it('refuses a file that a user made up by systemd can not read', async () => {
    const args = ['service', 'install', '--system', '--print', '--', '--mock']
    const url = `influx+http://lab@db/?db=lab&password-file=${secret()}`
    const run = await ina219([...args, '--sink', url])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/who can't read .*--run-as <user>/)
  })
})

describe('service install --serve', () => {
  const SERVE = ['service', 'install', '--user', '--serve', '--print', '--', '--mock']

  it('shows the unit, with sockets and files made absolute', async () => {
    const home = temporaryFolder()
    const listen = ['--listen', '127.0.0.1:8300', '--listen=unix:ina219.sock']
    const run = await ina219([...SERVE, ...listen, '--token-file', 'token'], '', { HOME: home })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const at = (name: string): string => join(process.cwd(), name)
    expect(run.stdout).toContain(
      ` serve --wait --mock --listen 127.0.0.1:8300 --listen=unix:${at('ina219.sock')} --token-file ${at('token')}\n`,
    )
    expect(run.stdout).toContain(
      `Serves=http://127.0.0.1:8300\nServes=unix:${at('ina219.sock')}\nToken=${at('token')}\n`,
    )
  })

  it('reads the configuration file', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, '[serve]\nlisten = ["0.0.0.0:8219", "192.0.2.1:80"]\n')
    const run = await ina219(
      [...SERVE.slice(0, 2), '--system', ...SERVE.slice(3), '--config', config],
      '',
    )
    expect(run.stderr).toContain("who can't read")
    const own = await ina219([...SERVE, `--config=${config}`])
    expect(own.stdout).toContain('Serves=http://0.0.0.0:8219\nServes=http://192.0.2.1:80\n')
  })

  it.each([
    [['--output', 'none'], "serve has no option '--output'"],
    [['--listen', '127.0.0.1:0'], 'would have another port each time'],
    [['--listen', 'unix:/tmp/x.sock'], 'has a /tmp of its own'],
    [['--tls-cert', 'x.pem'], 'TLS needs a certificate and its key'],
    [['--no-log'], 'with --no-log a service would log nothing'],
    [['--count', '5'], 'with --count a service would end'],
  ])('refuses %j', async (args, reason) => {
    const run = await ina219([...SERVE, ...args])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(reason)
  })

  it.each([[['--listen', '0.0.0.0']], [['serve']]])(
    'is what who says %j to the other is told of',
    async (args) => {
      const run = await ina219([...PRINT, ...args])
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('ina219 service install --serve --')
    },
  )
})

describe('service install', () => {
  it.each([
    [['--no-log'], 'with --no-log a service would log nothing'],
    [['--output', 'tui'], 'a service has no terminal for --output tui'],
    [['--count', '5'], 'with --count a service would end'],
    [['--duration', '1h'], 'with --duration a service would end'],
    [['--summary', '-'], 'a service has no standard output'],
  ])('refuses %j, which makes no logger', async (args, reason) => {
    const run = await ina219([...PRINT, '--port', '/dev/ttyUSB0', ...args])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(reason)
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('takes what is in the configuration file and no matter to a service', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, 'output = "plain"\nbackup-keep = 5\n')
    const run = await ina219([...PRINT, '--config', config, '--device', 'a', '--device', 'b'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
  })

  it('refuses a user that is not there', async () => {
    const args = ['service', 'install', '--print', '--run-as', 'nosuch', '--', '--mock']
    const run = await ina219(args)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain("there is no user 'nosuch'")
  })
})

describe('service', () => {
  it.each([
    [['restart'], 'restart'],
    [['status', '--print'], 'status takes no other options'],
    [['remove', '--serve'], 'remove takes no other options'],
    [['install', '--user', '--system'], 'exclude each other'],
    [['install', '--user', '--run-as', 'pi'], '--run-as is for a system service'],
  ])('%j is refused', async (args, reason) => {
    const run = await ina219(['service', ...args])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(reason)
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
  })

  it.skipIf(existsSync('/run/systemd/system'))('says so where there is no systemd', async () => {
    for (const action of ['install', 'status', 'remove']) {
      const run = await ina219(['service', action])
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('this machine was not started by systemd')
    }
  })
})
