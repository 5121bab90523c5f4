import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../../src/service/folders.ts'
import { planUnit, serviceEnvironment, type UnitRequest } from '../../src/service/plan-unit.ts'
import { allowedDevices } from '../../src/service/port-access.ts'
import { readUnit, type UnitPlan, unitText } from '../../src/service/unit.ts'
import { commandWord, settingWord } from '../../src/service/unit-syntax.ts'
import { temporaryFolder } from '../support/folder.ts'

const REQUEST: UnitRequest = {
  scope: 'system',
  user: null,
  node: '/usr/bin/env',
  program: '/usr/bin/env',
  args: ['--port', '/dev/ttyUSB0'],
  options: {
    ports: ['/dev/ttyUSB0'],
    isMock: false,
    db: null,
    outputs: [],
    config: null,
    network: 'none',
    secrets: [],
    doors: null,
  },
  environment: serviceEnvironment('system', {}),
  cwd: '/',
  notifiesByCommand: false,
  hasNamespaces: true,
}

const DOORS: NonNullable<UnitRequest['options']['doors']> = {
  addresses: ['http://127.0.0.1:8219'],
  sockets: [],
  tokenFile: '/var/lib/ina219/token',
  files: [],
  needsAddress: false,
  hasLowPort: false,
}

/** Of a unit that runs `serve`. */
function served(
  doors: Partial<typeof DOORS> = {},
  more: Partial<UnitRequest> = {},
  options: Partial<UnitRequest['options']> = {},
) {
  return plan(more, { network: 'loopback', ...options, doors: { ...DOORS, ...doors } })
}

function plan(more: Partial<UnitRequest> = {}, options: Partial<UnitRequest['options']> = {}) {
  return planUnit({ ...REQUEST, ...more, options: { ...REQUEST.options, ...options } })
}

const USER = { scope: 'user', environment: { XDG_DATA_HOME: '/home/me/data' } } as const

const lines = (of: UnitPlan): string[] => unitText(of).split('\n')

describe('a word in a unit file', () => {
  it.each([
    ['/dev/ttyUSB0', '/dev/ttyUSB0'],
    ['a b', '"a b"'],
    ['100%', '"100%%"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['', '""'],
    [';', '";"'],
    ["it's", '"it\'s"'],
  ])('%j is written %s', (text, word) => {
    expect(settingWord(text)).toBe(word)
  })

  it('has no variable in a command', () => {
    expect(commandWord('$HOME and $x')).toBe('"$$HOME and $$x"')
    expect(settingWord('$HOME')).toBe('"$HOME"')
  })
})

describe('the devices that are let in', () => {
  it.each([
    [[], ['char-188', 'char-166']],
    [['/dev/ttyUSB7'], ['char-188', 'char-166']],
    [
      ['/dev/ttyACM0', '/dev/ttyUSB1'],
      ['char-188', 'char-166'],
    ],
    [['/dev/serial/by-id/usb-x'], ['char-188', 'char-166']],
    [['/dev/power-board'], ['char-188', 'char-166', '/dev/power-board']],
    [['/dev/null'], ['/dev/null']],
  ])('of the ports %j: %j', (ports, rules) => {
    expect(allowedDevices(ports)).toEqual(rules)
  })

  it('are words of their own, with blanks and all', () => {
    const text = lines(plan({}, { ports: ['/dev/my tty'] }))
    expect(text).toContain('DeviceAllow="/dev/my tty" rw')
  })

  it('follow a link to what it is', () => {
    const link = join(temporaryFolder(), 'board')
    symlinkSync('/dev/zero', link)
    expect(allowedDevices([link])).toEqual(['/dev/zero'])
  })

  it('are none for a mock', () => {
    expect(unitText(plan({}, { ports: [], isMock: true }))).not.toContain('DeviceAllow')
  })
})

describe('a control character', () => {
  const BROKEN = 'x\nExecStartPre=/bin/true'

  it.each<[string, () => UnitPlan]>([
    ['a port', () => plan({}, { ports: [`/dev/${BROKEN}`] })],
    ['an argument', () => plan({ args: ['--device', BROKEN] })],
    ['the log', () => plan({ user: 'pi' }, { db: `/srv/${BROKEN}` })],
    ['the log of a folder', () => plan({ user: 'pi' }, { db: `/srv/${BROKEN}/log.db` })],
    ['the user', () => plan({ user: BROKEN })],
    ['the environment', () => plan({ environment: { XDG_DATA_HOME: `/${BROKEN}` } })],
  ])('in %s is refused', (_, made) => {
    expect(() => unitText(made())).toThrow('has a control character')
  })
})

describe('the folders of a unit', () => {
  it('are made for the log, and for back-ups only where what is above them is there', () => {
    const root = temporaryFolder()
    const said: string[] = []
    const folders = [
      { path: join(root, 'a', 'log'), of: 'log' },
      { path: join(root, 'days'), of: 'backup' },
      { path: join(root, 'usb', 'days'), of: 'backup' },
    ] as const
    makeFolders(folders, null, (line) => said.push(line))
    expect(folders.map(({ path }) => existsSync(path))).toEqual([true, true, false])
    expect(said).toEqual([
      `there is no folder ${join(root, 'usb')} yet: no back-ups until its disk is mounted`,
    ])
  })

  it('are not made where another output goes: nothing is', () => {
    const root = temporaryFolder()
    const folders = [
      { path: join(root, 'log'), of: 'log' },
      { path: join(root, 'usb'), of: 'output' },
    ] as const
    expect(() => makeFolders(folders, null, () => {})).toThrow(
      `there is no folder ${join(root, 'usb')}`,
    )
    expect(existsSync(join(root, 'log'))).toBe(false)
  })
})

describe('a system unit', () => {
  it('has a user of its own, who may write to the state folder alone', () => {
    const text = lines(plan())
    expect(text).toContain('DynamicUser=yes')
    expect(text).toContain('StateDirectory=ina219')
    expect(text).toContain('ProtectHome=yes')
    expect(text).toContain(
      'ExecStart=/usr/bin/env /usr/bin/env monitor --wait --output none --port /dev/ttyUSB0',
    )
    expect(text.filter((line) => line.startsWith('ReadWritePaths'))).toEqual([])
    expect(readUnit(unitText(plan()))).toEqual({
      log: '/var/lib/ina219/ina219.db',
      addresses: [],
      tokenFile: null,
    })
  })

  it('may keep log and back-ups elsewhere where it has a named user', () => {
    const outputs = [
      { path: '/mnt/usb/days', isBackup: true },
      { path: '/var/lib/ina219/run.json', isBackup: false },
    ]
    expect(() => plan({}, { db: '/srv/a b/log.db' })).toThrow('may not write to /srv/a b')
    expect(() => plan({}, { outputs })).toThrow('may not write to /mnt/usb/days')
    const text = lines(plan({ user: 'pi' }, { db: '/srv/a b/log.db', outputs }))
    expect(text).toContain('User=pi')
    expect(text).not.toContain('DynamicUser=yes')
    expect(text.filter((line) => line.startsWith('ReadWritePaths'))).toEqual([
      'ReadWritePaths="/srv/a b"',
      'ReadWritePaths=-/mnt/usb/days',
    ])
  })

  it('is refused where its user could not read the program', () => {
    const folder = join(temporaryFolder(), 'private')
    const program = join(folder, 'ina219.js')
    mkdirSync(folder)
    writeFileSync(program, '')
    chmodSync(folder, 0o700)
    expect(() => plan({ program })).toThrow("who can't read")
    expect(plan({ program, user: 'pi' }).command[1]).toBe(program)
  })

  it('sees homes, to read, where what it needs is in one', () => {
    expect(lines(plan({ user: 'pi', program: '/home/pi/ina219.js' }))).toContain(
      'ProtectHome=read-only',
    )
  })

  it('has no network unless it is asked to talk', () => {
    expect(lines(plan())).toContain('IPAddressDeny=any')
    expect(lines(plan())).toContain('RestrictAddressFamilies=AF_UNIX')
    expect(unitText(plan({}, { network: 'any' }))).not.toContain('IPAddressDeny')
  })

  it('hears of life from any of its processes where a command carries it', () => {
    expect(lines(plan())).toContain('NotifyAccess=main')
    expect(lines(plan({ notifiesByCommand: true }))).toContain('NotifyAccess=all')
  })
})

describe('a user unit', () => {
  it('writes to the folder of its log, and has none of what takes capabilities away', () => {
    const text = lines(plan(USER))
    expect(text).toContain('ReadWritePaths=/home/me/data/ina219')
    expect(text).toContain('ProtectHome=read-only')
    expect(text).toContain('PrivateUsers=yes')
    expect(text).toContain('WantedBy=default.target')
    expect(
      text.filter((line) => /Capability|Modules|Clock|DynamicUser|IPAddress/.test(line)),
    ).toEqual([])
  })

  it('does without namespaces where a user may make none', () => {
    expect(lines(plan({ ...USER, hasNamespaces: false }))).not.toContain('PrivateUsers=yes')
  })
})

describe('a unit that runs serve', () => {
  it('keeps its token beside the log, and says where it is reached', () => {
    const addresses = ['http://127.0.0.1:8219', 'unix:/run/ina219/a b.sock']
    const text = unitText(served({ addresses }))
    expect(text).toContain('env serve --wait --port /dev/ttyUSB0\n')
    expect(text).not.toContain('ReadWritePaths')
    expect(readUnit(text)).toEqual({
      log: '/var/lib/ina219/ina219.db',
      addresses,
      tokenFile: '/var/lib/ina219/token',
    })
  })

  it('is reached from this machine alone where it listens on loopback', () => {
    const text = lines(served())
    expect(text).toContain('RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6')
    expect(text).toContain('IPAddressAllow=localhost')
    expect(text).toContain('IPAddressDeny=any')
    expect(text).not.toContain('Wants=network-online.target')
    expect(lines(served({}, USER)).filter((line) => line.startsWith('IPAddress'))).toEqual([])
  })

  it('waits for an address that comes with the network, and tries again where it is not there', () => {
    const text = lines(served({ needsAddress: true }, {}, { network: 'any' }))
    expect(text).toContain('After=network-online.target')
    expect(text.join('\n')).not.toContain('IPAddressDeny')
    expect(text.join('\n')).not.toContain('RestartPreventExitStatus')
    expect(lines(plan())).toContain('RestartPreventExitStatus=2')
  })

  it('may take a port below 1024, and nothing else', () => {
    expect(lines(served())).toContain('AmbientCapabilities=')
    const text = lines(served({ hasLowPort: true }))
    expect(text).toContain('CapabilityBoundingSet=CAP_NET_BIND_SERVICE')
    expect(text).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE')
  })

  it('has a folder of its own for a socket', () => {
    const text = lines(served({ sockets: ['/run/ina219/ina219.sock'] }, {}, { network: 'none' }))
    expect(text).toContain('RuntimeDirectory=ina219')
    expect(text).toContain('RestrictAddressFamilies=AF_UNIX')
    const own = served({ sockets: ['/run/user/1000/ina219.sock'] }, USER)
    expect(lines(own)).toContain('ReadWritePaths=/run/user/1000')
    expect(() => served({ sockets: ['/srv/x.sock'] })).toThrow('may not write to /srv')
    expect(() => served({ sockets: ['/tmp/x.sock'] })).toThrow('has a /tmp of its own')
  })

  it('writes its token elsewhere where it has a named user, and makes that folder', () => {
    const tokenFile = '/srv/secrets/token'
    expect(() => served({ tokenFile })).toThrow('may not write to /srv/secrets')
    const of = served({ tokenFile }, { user: 'pi' })
    expect(of.writable).toEqual([{ path: '/srv/secrets', of: 'token' }])
  })

  it('is refused where its user could not read the key of TLS', () => {
    const key = join(temporaryFolder(), 'key.pem')
    writeFileSync(key, '', { mode: 0o600 })
    expect(() => served({ files: [key] })).toThrow(`who can't read ${key}`)
    expect(served({ files: [key] }, { user: 'pi' }).scope).toBe('system')
  })

  it('can hold no line break', () => {
    expect(() => served({ tokenFile: '/srv/x\ny' })).toThrow('has a control character')
    expect(() => served({ addresses: ['unix:/srv/x\ny'] })).toThrow('has a control character')
  })
})

it('a unit of others is not taken for one of ours', () => {
  expect(readUnit('[Unit]\nDescription=INA219\n')).toBe(null)
})

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0

/** systemd's own judgement. */
describe.skipIf(!hasAnalyze)('systemd-analyze', () => {
  const strange = [`a "b" 'c' $HOME \${x} 100% ; \\ ü`, '--', ';']

  function analyze(of: UnitPlan, ...args: string[]) {
    const file = join(temporaryFolder(), 'ina219.service')
    writeFileSync(file, unitText(of))
    return spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' })
  }

  it.each([
    ['a system unit', plan()],
    ['a user unit', plan(USER)],
    ['strange words', plan({ args: strange }, { db: null })],
    ['strange folders', plan(USER, { db: '/home/me/a "b" 100% $x/log.db' })],
    ['doors', served({ hasLowPort: true, needsAddress: true, sockets: ['/run/ina219/a b.sock'] })],
    ['doors of a user', served({ sockets: ['/run/user/1000/x.sock'] }, USER)],
    ['a port with a blank', plan({}, { ports: ['/dev/my "tty" 100%'] })],
    [
      'a folder for back-ups that is not there',
      plan(USER, { outputs: [{ path: '/nowhere at/all', isBackup: true }] }),
    ],
    ['a named user', plan({ user: 'root' }, { network: 'any' })],
  ])('has nothing to say of %s', (_, of) => {
    const scope = of.scope === 'user' ? ['--user'] : []
    const { stderr } = analyze(of, ...scope, 'verify')
    expect(stderr.split('\n').filter((line) => line.includes('ina219.service'))).toEqual([])
  })

  it('finds little to be exposed', () => {
    const run = analyze(plan(), 'security', '--offline=yes', '--threshold=20')
    expect(run.stdout).toMatch(/Overall exposure level for ina219\.service: 1\.\d OK/)
    expect(run.status).toBe(0)
    const open = analyze(served(), 'security', '--offline=yes', '--threshold=20')
    expect(open.stdout).toMatch(/Overall exposure level for ina219\.service: 1\.\d OK/)
  })
})
