import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { finished, heard, ina219, served, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty, openRecordedPty } from '../support/serial.ts'

describe('ina219 send --mock', () => {
  it('prints what the device answered, one line each, and exits 0', async () => {
    const sent = await ina219([
      'send',
      ...'interval=500ms threshold=1.5A low=1400mA read output.A=on hello'.split(' '),
      '--mock',
    ])
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    const lines = sent.stdout.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual(['interval=500ms: ok', 'threshold=1.5A low=1400mA: ok'])
    expect(lines[2]).toMatch(/^read: [\d.]+ V {2}-?[\d.]+ A {2}-?[\d.]+ W {2}ok$/)
    expect(lines[3]).toBe('output.A=on: ok')
    expect(lines[4]).toMatch(
      /^hello: ina219, fw mock, .*interval 500 ms.*output.A on, output.B off/,
    )
  })

  it('exits 3 where the device refuses, says why, and sends nothing behind it', async () => {
    const sent = await ina219(['send', 'selftest', 'save', '--mock'])
    expect(sent.code).toBe(3)
    expect(sent.stdout).toBe(
      'selftest: refused: this firmware (mock) does not know selftest\nsave: not sent\n',
    )
    expect(sent.stderr).toMatch(/^ina219: selftest was not carried out: .*\n$/)
    expect(sent.stderr).toContain('what stands behind it was not sent')
    const range = await ina219(['send', 'interval=-1', '--mock'])
    expect(range).toMatchObject({ code: 3 })
    expect(range.stderr).not.toContain('behind it')
    expect(range.stderr).toContain("'ina219 send --help' has the ranges")
    expect(range.stdout).toMatch(/refused: range \(the device does not allow that value\)/)
  })

  it('--json has one object a command', async () => {
    const sent = await ina219([
      'send',
      'zero=1.2mA',
      'read',
      'hello',
      'selftest',
      '--mock',
      '--json',
    ])
    expect(sent.code).toBe(3)
    const [zero, read, hello, selftest] = JSON.parse(sent.stdout)
    expect(zero).toEqual({
      setting: 'zero=1.2mA',
      cmd: 'set_zero',
      value: 0.0012,
      result: 'ok',
      error: null,
      text: 'ok',
    })
    expect(read.sample).toMatchObject({ status: 'ok', v: expect.any(Number) })
    expect(hello.hello).toMatchObject({ fw: 'mock', zero: 0.0012, gain: 1, mode: 'stream' })
    expect(selftest).toMatchObject({ result: 'refused', error: 'unknown' })
  })

  it.each([
    [['intervall=5'], /'intervall' is no setting of a device; did you mean 'interval'\?/],
    [['interval=soon'], /not a number of ms or a duration; write interval=500/],
    [['low=1'], /goes with threshold/],
    [['threshold=1.5A', 'quantity=v'], /'quantity=v' contradicts 'threshold=1.5A'/],
    [['spare:save'], /for a device 'spare', and there is none/],
  ])('exits 2 for %j', async (words, message) => {
    const sent = await ina219(['send', ...words, '--mock'])
    expect(sent).toMatchObject({ code: 2, stdout: '' })
    expect(sent.stderr).toMatch(message)
  })

  it('exits 2 for two devices, and without a word', async () => {
    const two = await ina219(['send', 'save', '--mock', '--port', '/dev/nowhere'])
    expect(two.code).toBe(2)
    expect(two.stderr).toMatch(/talks to one device, and 2 are named/)
    expect((await ina219(['send', '--mock'])).code).toBe(2)
    const empty = await ina219(['send', '', ' ', '--mock'])
    expect(empty).toMatchObject({ code: 2, stdout: '' })
    expect(empty.stderr).toMatch(/no setting of a device is named; write such as interval=500/)
  })

  it('exits 3 for a port that is not there', async () => {
    const sent = await ina219(['send', 'save', '--port', '/dev/nowhere'])
    expect(sent).toMatchObject({ code: 3, stdout: '' })
    expect(sent.stderr).toMatch(/there is no port/)
    expect(sent.stderr).not.toContain('--wait')
  })
})

describe.skipIf(!hasPty)('ina219 send --port', () => {
  it('sets what the next one finds, and follows a change of rate', async () => {
    const port = await served('--rate', '20')
    const set = await ina219(['send', 'averaging=8', 'save', '--port', port])
    expect(set).toMatchObject({ code: 0, stdout: 'averaging=8: ok\nsave: ok\n' })
    const baud = await ina219(['send', 'baud=500000', '--port', port])
    expect(baud.code).toBe(0)
    expect(baud.stdout).toMatch(/^baud=500000: ok, the device answers at 500000 baud/)
    const hello = await ina219(['send', 'hello', '--port', port, '--json'])
    expect(JSON.parse(hello.stdout)[0].hello).toMatchObject({ avg: 8, baud: 500_000 })
  })

  it('the firmware carries out what it knows, and its self-test is quoted', async () => {
    const port = await served('--board')
    const words = ['interval=50ms', 'shunt=100mohm', 'amax=2', 'poll', 'read']
    const sent = await ina219(['send', ...words, 'zero=1mA', 'selftest', '--port', port])
    expect(sent.code).toBe(0)
    const lines = sent.stdout.trimEnd().split('\n')
    expect(lines.slice(0, 3)).toEqual(['interval=50ms: ok', 'shunt=100mohm amax=2: ok', 'poll: ok'])
    expect(lines[3]).toMatch(/^read: .* ok$/)
    expect(lines.slice(4)).toEqual([
      'zero=1mA: ok',
      expect.stringMatching(/^selftest: selftest: reset \w+, stack \d+ B, .*, EEPROM ok$/),
    ])
  })

  it.each([false, true])(
    'says what it knows when a signal ends it, with --json %s',
    async (json) => {
      // A port where nobody answers.
      const line = await openRecordedPty()
      const args = ['interval=5s', 'save', '--port', line.path, ...(json ? ['--json'] : [])]
      const run = start(['send', ...args])
      const end = finished(run)
      const died = new Promise((resolve) => run.once('exit', (_code, signal) => resolve(signal)))
      await until('the command is out', () => line.received().includes('set_interval'))
      run.kill('SIGTERM')
      expect(await died).toBe('SIGTERM')
      const { stdout } = await end
      if (json) {
        expect(JSON.parse(stdout)).toMatchObject([
          { setting: 'interval=5s', result: 'unanswered' },
          { setting: 'save', result: 'not_sent' },
        ])
      } else {
        expect(stdout).toBe('interval=5s: not answered (ended by SIGTERM)\nsave: not sent\n')
      }
    },
  )

  it('a port that a monitor holds: exit 3, who it is, and where to set it instead', async () => {
    const port = await served('--rate', '50')
    const folder = temporaryFolder()
    const db = join(folder, 'log.db')
    const monitor = start(['monitor', '--port', port, '--output', 'ndjson', '--db', db])
    const end = finished(monitor)
    const printed = heard(monitor.stdout)
    await until('the monitor reads', () => printed().includes('\n'))
    const sent = await ina219(['send', 'output.A=on', '--port', port])
    expect(sent).toMatchObject({ code: 3, stdout: '' })
    expect(sent.stderr).toMatch(new RegExp(`in use by .*pid ${monitor.pid}`))
    expect(sent.stderr).toMatch(/--set/)
    monitor.kill('SIGINT')
    expect((await end).code).toBe(0)
  })

  it.skipIf(process.platform !== 'linux')(
    'a port that a program without a lock has: exit 3, who it is, and not a byte taken',
    async () => {
      const port = await served('--rate', '50')
      const cat = spawn('cat', [port], { stdio: ['ignore', 'pipe', 'ignore'] })
      onTestFinished(() => void cat.kill())
      const printed = heard(cat.stdout)
      const samples = (): RegExpMatchArray[] => [...printed().matchAll(/"seq":(\d+),"status"/g)]
      await until('it reads', () => samples().length > 5)
      for (const words of [
        ['send', 'output.A=on'],
        ['calibrate', '--zero'],
      ]) {
        const ended = await ina219([...words, '--port', port])
        expect(ended).toMatchObject({ code: 3, stdout: '' })
        expect(ended.stderr).toContain(`in use by cat (pid ${cat.pid})`)
        expect(ended.stderr).toContain('that program')
      }
      const before = samples().length
      await until('it goes on', () => samples().length > before + 5)
      const numbers = samples().map(([, seq]) => Number(seq))
      expect(numbers).toEqual(numbers.map((_, i) => Number(numbers[0]) + i))
      expect(printed()).not.toContain('"ack"')
    },
  )

  it('monitor --set reads the same words, and what a device switches is an event', async () => {
    const port = await served('--rate', '50')
    const [db, summary] = [join(temporaryFolder(), 'log.db'), join(temporaryFolder(), 'run.json')]
    const words = ['output.B=on', 'shunt=100mohm', 'amax=2', 'detail=on', 'selftest']
    const run = start([
      ...['monitor', '--port', port, '--output', 'none', '--db', db, '--summary', summary],
      ...['--duration', '1m', '--set', ...words],
    ])
    const end = finished(run)
    const found = (): { kind: string; detail: string }[] => {
      try {
        const log = new Database(db, { readonly: true })
        try {
          const events = log.prepare('SELECT kind, detail FROM power_event').all()
          return events as { kind: string; detail: string }[]
        } finally {
          log.close()
        }
      } catch {
        return []
      }
    }
    await until('the last answer', () => found().some(({ detail }) => /selftest/.test(detail)))
    run.kill('SIGINT')
    expect((await end).code).toBe(0)
    const texts = found()
      .filter(({ kind }) => kind === 'output' || kind === 'command')
      .map(({ detail }) => detail)
    expect(texts).toEqual([
      'output A off, B off, C off, D off',
      'output B on',
      'set_output {"B":true}: ok',
      'set_shunt 0.1 amax=2: ok',
      'set_detail true: ok',
      'selftest: refused: this firmware (mock) does not know selftest',
    ])
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ malformed: 0 })
  })
})
