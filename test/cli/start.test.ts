import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { CLI, type Finished, finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

let cache: string
let folder: string

beforeEach(() => {
  cache = temporaryFolder()
  folder = join(cache, 'ina219', 'code')
})

function help(env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return ina219(['--help'], '', { XDG_CACHE_HOME: cache, ...env })
}

/** Which writing of the file is there. */
function written(name = 'main.bin'): number {
  return statSync(join(folder, name)).ino
}

describe('compiled code that is kept', () => {
  test('is written once and then used', async () => {
    const first = await help()
    const inode = written()
    const second = await help()
    expect(second).toEqual(first)
    expect(first.code).toBe(0)
    expect(written()).toBe(inode)
    expect(readdirSync(folder)).toEqual(['commands.bin', 'main.bin'])
  })

  test('makes no home where there is none', async () => {
    const home = join(cache, 'none')
    const env = { HOME: home, XDG_CACHE_HOME: '' }
    expect((await ina219(['--help'], '', env)).code).toBe(0)
    expect(readdirSync(cache)).toEqual([])
  })

  test.runIf(existsSync('/proc/self'))('is not kept where no folder can be made', async () => {
    const env = { XDG_CACHE_HOME: '/proc' }
    expect(await ina219(['--help'], '', env)).toEqual(await help())
  })

  test('is not kept in a folder that others could replace', async () => {
    mkdirSync(join(cache, 'ina219'))
    chmodSync(join(cache, 'ina219'), 0o777)
    expect((await help()).code).toBe(0)
    expect(existsSync(join(folder, 'main.bin'))).toBe(false)
  })

  test.each([
    ['damaged', (bytes: Buffer) => bytes.fill(0, 8192, 12288)],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 8192)],
    ['empty', () => Buffer.alloc(0)],
    [
      'of another version',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4), Buffer.from('x'), bytes.subarray(5)]),
    ],
  ])('is made again where it is %s', async (_how, change) => {
    const first = await help()
    const whole = readFileSync(join(folder, 'main.bin'))
    writeFileSync(join(folder, 'main.bin'), change(Buffer.from(whole)))
    const inode = written()
    expect(await help()).toEqual(first)
    expect(written()).not.toBe(inode)
    expect(statSync(join(folder, 'main.bin')).size).toBeGreaterThan(0.9 * whole.length)
  })

  test('is made again where it was made under other flags of V8', async () => {
    expect((await help({ NODE_OPTIONS: '--max-semi-space-size=8' })).code).toBe(0)
    const inode = written()
    await help({ NODE_OPTIONS: '--max-semi-space-size=8' })
    expect(written()).toBe(inode)
    await help()
    const plain = written()
    expect(plain).not.toBe(inode)
    // Flags of the user: what is there stays for runs without them.
    await help({ NODE_OPTIONS: '--max-semi-space-size=8' })
    await help()
    expect(written()).toBe(plain)
  })

  test('is neither read nor written where others may write', async () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    expect((await help()).code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test.skipIf(process.getuid?.() !== 0)('is not made by root in the home of another', async () => {
    chownSync(cache, 1000, 1000)
    expect((await help()).code).toBe(0)
    expect(readdirSync(cache)).toEqual([])
  })

  test('is not needed: a file in the place of its folder says nothing', async () => {
    writeFileSync(join(cache, 'ina219'), '')
    expect(await help()).toMatchObject({ code: 0, stderr: '' })
  })

  test('goes with the version that made it', async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'of-an-earlier-version.bin'), '')
    await help()
    expect(readdirSync(folder)).toEqual(['commands.bin', 'main.bin'])
  })
})

describe('--version', () => {
  test.each(['--version', '-V'])('%s', async (flag) => {
    expect(await ina219([flag])).toEqual({ code: 0, stdout: `${pkg.version}\n`, stderr: '' })
  })

  test('is answered beside other words, too', async () => {
    expect((await ina219(['--version', 'monitor'])).stdout).toBe(`${pkg.version}\n`)
  })

  test.skipIf(process.platform !== 'linux')('says so where nobody can take it', async () => {
    const child = spawn(process.execPath, [CLI, '--version'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    })
    expect(await finished(child)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ENOSPC'),
    })
  })
})
