import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CLI, finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'
import { ptyAvailable, type TerminalOptions, TestTerminal } from '../support/terminal.ts'
import { ViewSocket } from '../support/view-socket.ts'

const terminals: TestTerminal[] = []
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.dispose()
})

/** @param input a file for its standard input */
function monitor(
  args: readonly string[],
  options: TerminalOptions = {},
  input: string | null = null,
): TestTerminal {
  const env = { XDG_DATA_HOME: temporaryFolder(), XDG_CONFIG_HOME: temporaryFolder() }
  const command = [process.execPath, CLI, 'monitor', '--no-hints', ...args]
  const script = input === null ? 'exec "$@"' : `exec "$@" < '${input}'`
  const terminal = new TestTerminal('/bin/sh', ['-c', script, 'sh', ...command], {
    columns: 120,
    rows: 30,
    env,
    ...options,
  })
  terminals.push(terminal)
  return terminal
}

/** Where a server is to be started again. */
function placeOf({ url }: ServeRun): string {
  return new URL(url).host
}

/** All but what tells the time, and how late the samples came. */
function steady({ lines }: TestTerminal): string {
  return lines
    .join('\n')
    .replace(/ \| up [\d:]+/, '')
    .replace(/ \d\d:\d\d:\d\d$/m, '')
    .replace(/lag [\d.]+ \S+/, 'lag')
    .replace(/\d\d:\d\d:\d\d (?=ended|alarm|live|note|format|lost|clock)/g, '')
}

function ended({ text }: TestTerminal): boolean {
  return / ENDED /.test(text)
}

async function quit(terminal: TestTerminal): Promise<void> {
  terminal.press('q')
  expect((await terminal.ended()).exitCode).toBe(0)
  expect(terminal.buffer).toBe('normal')
}

describe.skipIf(!ptyAvailable)('monitor --connect', () => {
  it('gives each viewer a view of its own, and q ends that one alone', async () => {
    const run = await startServe(['--mock', '--mock', 'sine', '--device', 'one', '--device', 'two'])
    const first = monitor(['--connect', run.url])
    const second = monitor(['--connect', run.url], { columns: 80, rows: 24 })
    await first.waitFor(/^ ina219 one@mock:normal LIVE /)
    await second.waitFor(/^ ina219 one@mock:normal LIVE /)
    second.press('2')
    await second.waitFor(/^ ina219 two@mock:sine LIVE /)
    second.press('+')
    await second.waitFor(/─ 30 s /)
    expect(first.text).toMatch(/^ ina219 one@mock:normal LIVE /)
    expect(first.text).toMatch(/─ 60 s /)
    await quit(second)
    first.press('2')
    await first.waitFor(/^ ina219 two@mock:sine LIVE /)
    await quit(first)
    expect(run.child.exitCode).toBeNull()
    expect((await run.fetch('/api/v1/health')).status).toBe(200)
  })

  it.each([
    [60, 15],
    [80, 24],
    [120, 30],
    [200, 50],
  ])(
    'shows at %i x %i to the character what a monitor shows of the same samples',
    async (columns, rows) => {
      const frames = Array.from({ length: 300 }, (_, i) => {
        const missing = i >= 100 && i < 110
        const [v, a] = [5 + (i % 7) / 100, (i % 11) / 10]
        return missing ? '' : `{"v":${v},"a":${a},"ts":${1_700_000_000 + i},"seq":${i}}\n`
      }).join('')
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'frames'), frames)
      const common = ['--stdin', '--keep-time', '--device', 'bench', '--limit', 'a:..0.8A']
      const run = await startServe([...common, '--db', join(folder, 'there', 'log.db')])
      run.child.stdin?.end(frames)
      const size = { columns, rows }
      const there = monitor(['--connect', run.url], size)
      const here = monitor(
        [...common, '--db', join(folder, 'log.db')],
        size,
        join(folder, 'frames'),
      )
      for (const keys of ['', 't', 'z', 'v']) {
        for (const each of [here, there]) {
          await each.waitFor(/^ ina219.* ENDED /)
          if (keys !== '') each.press(keys)
        }
        await until(
          'both show the same',
          () => steady(there) === steady(here) && ended(here),
        ).catch(() => expect(steady(there)).toBe(steady(here)))
      }
      await quit(here)
      await quit(there)
    },
  )

  it('changes nothing without the token, and says how to', async () => {
    const run = await startServe()
    const viewer = monitor(['--connect', run.url])
    await viewer.waitFor(/LIVE/)
    viewer.press('m')
    viewer.press('here\r')
    await viewer.waitFor(/to change something there takes its token.*name --token-file/)
    await quit(viewer)
  })

  it('marks and sends with the token, for all who watch', async () => {
    const file = join(temporaryFolder(), 'token')
    const run = await startServe(['--mock', '--token-file', file])
    const copy = join(temporaryFolder(), 'copy')
    copyFileSync(file, copy)
    const one = monitor(['--connect', run.url, '--token-file', copy])
    const other = monitor(['--connect', run.url])
    await one.waitFor(/LIVE/)
    await other.waitFor(/LIVE/)
    one.press('m')
    one.press('a mark of one\r')
    await one.waitFor(/marked: a mark of one/)
    await other.waitFor(/marker: a mark of one/)
    one.press(':')
    one.press('send interval=200ms\r')
    await one.waitFor(/interval=200ms: ok/)
    await quit(one)
    await quit(other)
  })

  it('writes samples and a chart to files where the viewer is, as export does', async () => {
    const folder = temporaryFolder()
    const db = join(folder, 'there.db')
    const frames = Array.from(
      { length: 60 },
      (_, i) => `{"v":${5 + (i % 7) / 100},"a":0.25,"ts":${1_700_000_000 + i},"seq":${i}}\n`,
    ).join('')
    const run = await startServe(['--stdin', '--keep-time', '--device', 'bench', '--db', db])
    run.child.stdin?.end(frames)
    const viewer = monitor(['--connect', run.url], { cwd: folder })
    await viewer.waitFor(/n=60/)
    viewer.press('w')
    await viewer.waitFor(/60 samples written to ina219-bench-\S+\.csv/)
    viewer.press('W')
    await viewer.waitFor(/60 samples written to ina219-bench-\S+\.svg/)
    const [csv, svg] = ['.csv', '.svg'].map((ending) => {
      const file = readdirSync(folder).find((name) => name.endsWith(ending)) ?? ''
      return readFileSync(join(folder, file), 'utf8')
    })
    const exported = await ina219(['export', '--db', db, '--last', '9999d'])
    expect(csv).toBe(exported.stdout)
    expect(svg).toMatch(/<svg.*60 samples, 0 lost/s)
    await quit(viewer)
    const none = await startServe(['--mock', '--no-log'])
    const other = monitor(['--connect', none.url], { cwd: folder })
    await other.waitFor(/LIVE/)
    other.press('w')
    await other.waitFor(/there is no log whose samples could be written/)
    await quit(other)
  })

  it('says that the connection is lost, shows nothing old as new, and comes back by itself', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const args = ['--mock', '--db', db]
    const run = await startServe(args)
    const viewer = monitor(['--connect', run.url], { rows: 40 })
    await viewer.waitFor(/LIVE/)
    viewer.press('z')
    run.child.kill('SIGKILL')
    await viewer.waitFor(
      /^ ina219 mock:normal RECONNECTING \d+ s ! 0\.0 S\/s lost 0 VIRTUAL \| LOG \?/,
    )
    await viewer.waitFor(/nothing listens there; trying again in \d+ s/)
    await viewer.waitFor((shown) => !shown.text.includes('LIVE'))
    const again = await startServe([...args, '--listen', placeOf(run)])
    await viewer.waitFor(/^ ina219 mock:normal LIVE .* \| REC log/)
    await viewer.waitFor((shown) => !shown.text.includes('trying again'))
    again.child.kill('SIGTERM')
    expect((await finished(again.child)).code).toBe(0)
    await viewer.waitFor(/RECONNECTING/)
    await quit(viewer)
  })

  it('says so where the server hangs, and goes on when it does', async () => {
    const run = await startServe()
    const viewer = monitor(['--connect', run.url])
    await viewer.waitFor(/LIVE/)
    run.child.kill('SIGSTOP')
    await viewer.waitFor(/RECONNECTING/)
    await viewer.waitFor(/reconnecting: the server does not answer|it does not answer any more/)
    run.child.kill('SIGCONT')
    await viewer.waitFor(/^ ina219 mock:normal LIVE /)
    await quit(viewer)
  })

  it('ends with the terminal, and leaves nothing of it at the server', async () => {
    const run = await startServe()
    const viewer = monitor(['--connect', run.url])
    await viewer.waitFor(/LIVE/)
    viewer.hangUp()
    await until('it is gone', () => !isAlive(viewer.pid))
    const { errors } = run
    expect(errors()).not.toContain('fault')
    const client = await new ViewSocket(run.url).opened()
    expect(await client.ask('snapshot', { device: 0 })).toMatchObject({ answer: { number: 0 } })
  })

  it('stops by itself after --duration, and refuses a terminal that is none before it connects', async () => {
    const run = await startServe()
    const viewer = monitor(['--connect', run.url, '--duration', '1s'])
    await viewer.waitFor(/LIVE/)
    expect((await viewer.ended()).exitCode).toBe(0)
    const child = start(['monitor', '--connect', 'http://127.0.0.1:1', '--output', 'tui'])
    expect(await finished(child)).toMatchObject({ code: 3 })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
