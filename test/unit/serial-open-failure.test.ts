import { describe, expect, it } from 'vitest'
import { explainOpenFailure, type OpenProbe } from '../../src/sources/serial/open-failure.ts'

const systemError = (code: string): Error => Object.assign(new Error(code), { code })
const cause = new Error('Error: something, cannot open')

function probe(overrides: Partial<OpenProbe>): OpenProbe {
  return {
    stat: async () => ({ isPort: true, isFolder: false, gid: 20, mode: 0o20660 }),
    open: async () => true,
    holder: async () => null,
    groups: async () => 'root:x:0:\ndialout:x:20:ann,bob\nusers:x:100:',
    user: () => ({ name: 'joe', gids: [100] }),
    ...overrides,
  }
}

const opensWith = (code: string): Partial<OpenProbe> => ({
  open: () => Promise.reject(systemError(code)),
})

describe('why a port could not be opened', () => {
  it.each([
    ['ENOENT', 'device_absent'],
    ['ENODEV', 'device_absent'],
    ['ENXIO', 'device_absent'],
    ['EBUSY', 'device_busy'],
    ['EACCES', 'device_refused'],
    ['EMFILE', 'device_refused'],
  ])('%s is %s', async (code, expected) => {
    const error = await explainOpenFailure('/dev/x', 115_200, cause, probe(opensWith(code)))
    expect(error.code).toBe(expected)
    expect(error.message).toContain('/dev/x')
  })

  it('a name that is not there at all', async () => {
    const gone = probe({ stat: () => Promise.reject(systemError('ENOENT')) })
    expect((await explainOpenFailure('/dev/x', 9600, cause, gone)).code).toBe('device_absent')
  })

  it('a file: says how to read a recording', async () => {
    const folder = probe({
      stat: async () => ({ isPort: false, isFolder: true, gid: 0, mode: 0o40755 }),
    })
    expect(await explainOpenFailure('/tmp', 9600, cause, folder)).toMatchObject({
      code: 'device_unsupported',
      hint: "look at 'ina219 ports' for those that are",
    })
    const file = probe({
      stat: async () => ({ isPort: false, isFolder: false, gid: 0, mode: 0o100644 }),
    })
    const error = await explainOpenFailure('run.log', 9600, cause, file)
    expect(error).toMatchObject({
      code: 'device_unsupported',
      hint: 'pipe a recording in instead: ina219 monitor --stdin < run.log',
    })
  })

  it('a device that is no terminal: nobody who has it open is blamed', async () => {
    const sink = probe({ open: async () => false, holder: async () => 'sim (pid 42)' })
    expect(await explainOpenFailure('/dev/null', 9600, cause, sink)).toMatchObject({
      code: 'device_unsupported',
      message: "'/dev/null' is not a serial port",
      hint: "look at 'ina219 ports' for those that are",
    })
  })

  it('a port that opens but could not be locked: names who holds it', async () => {
    const held = probe({ holder: async () => 'picocom (pid 42)' })
    const error = await explainOpenFailure('/dev/x', 9600, cause, held)
    expect(error).toMatchObject({
      code: 'device_busy',
      message: "the port '/dev/x' is in use by picocom (pid 42)",
    })
  })

  it('a rate that the port does not have', async () => {
    const error = await explainOpenFailure('/dev/x', 1_234_567, cause, probe({}))
    expect(error.code).toBe('device_unsupported')
    expect(error.message).toContain('1234567 baud')
    expect(error.cause).toBe(cause)
  })

  describe('permission: says which group to join', () => {
    const hint = async (overrides: Partial<OpenProbe>): Promise<string> =>
      (
        await explainOpenFailure(
          '/dev/x',
          9600,
          cause,
          probe({ ...opensWith('EACCES'), ...overrides }),
        )
      ).hint

    it('the group that owns the port', async () => {
      expect(await hint({})).toBe(
        "join the group 'dialout': sudo usermod -aG dialout joe, then log out and in again",
      )
    })

    it('a member since the last login only', async () => {
      expect(await hint({ user: () => ({ name: 'bob', gids: [100] }) })).toContain('log out and in')
    })

    it.each<[string, Partial<OpenProbe>]>([
      [
        'a port of root',
        { stat: async () => ({ isPort: true, isFolder: false, gid: 0, mode: 0o20660 }) },
      ],
      [
        'a group that may not write',
        { stat: async () => ({ isPort: true, isFolder: false, gid: 20, mode: 0o20640 }) },
      ],
      ['a member already', { user: () => ({ name: 'bob', gids: [20] }) }],
      ['a group without a name', { groups: async () => '' }],
      ['no list of groups', { groups: () => Promise.reject(systemError('ENOENT')) }],
    ])('no group helps with %s', async (_what, overrides) => {
      expect(await hint(overrides)).toContain('sudo chmod a+rw /dev/x')
    })
  })
})
