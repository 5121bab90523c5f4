import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { expectRestored, questionsOf, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('endings', () => {
  it.each([
    ['q', 'q'],
    ['Ctrl-C', '\x03'],
  ])('%s gives the terminal back and ends', async (_, key) => {
    const terminal = screen.open()
    await wholeScreen(terminal)
    expect(terminal.mouse).toBe('drag')
    terminal.press(key)
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
    expect(terminal.text).toMatch(/^ended resets=0/m)
    expect(terminal.text).not.toContain('LIVE')
  })

  it('gives the terminal back on a signal', async () => {
    const terminal = screen.open()
    await wholeScreen(terminal)
    terminal.kill('SIGTERM')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
  })

  it.each(['throw', 'reject'])(
    'gives the terminal back before an error nobody caught is printed: %s',
    async (bug) => {
      const terminal = screen.open([`--bug=${bug}`])
      await wholeScreen(terminal)
      terminal.kill('SIGUSR2')
      expect((await terminal.ended()).exitCode).toBe(1)
      expectRestored(terminal)
      expect(terminal.text).toContain('Error: a bug in the screen')
      const { output } = terminal
      expect(output.indexOf('a bug in the screen')).toBeGreaterThan(
        output.lastIndexOf('\x1b[?1049l'),
      )
    },
  )

  it('gives the terminal back where the program exits in the middle', async () => {
    const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b" | sort'
    const pid = join(screen.folder, 'pid')
    const run = `sh -c 'echo $$ > ${pid}; exec SCREEN --bug=exit'`
    const terminal = screen.openInShell(`${run}; echo "code $?"; ${settings}; echo done`)
    await wholeScreen(terminal)
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGUSR2')
    await terminal.waitFor(/^done/m)
    expect(terminal.text).toContain('code 7')
    expect(terminal.text).toMatch(/^echo\s+icanon\s+isig$/m)
    expectRestored(terminal)
  })

  it.each([
    ['with the signal', ''],
    ['without, by the end of its input', 'trap "" HUP;'],
  ])('ends cleanly when the terminal hangs up, %s', async (_, first) => {
    const folder = temporaryFolder()
    const result = join(folder, 'exit')
    // The shell outlives the terminal to tell the exit code; 134 would be an abort.
    const terminal = screen.openInShell(
      `trap : HUP; (${first} SCREEN 2> ${folder}/errors); echo $? > ${result}`,
    )
    await wholeScreen(terminal)
    terminal.hangUp()
    await terminal.waitFor(() => existsSync(result) && readFileSync(result, 'utf8') !== '')
    expect(readFileSync(`${folder}/errors`, 'utf8')).toBe('')
    expect(readFileSync(result, 'utf8')).toBe('0\n')
  })

  it('puts the line mode and the colours back', async () => {
    const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b"'
    const [before, after] = [join(screen.folder, 'before'), join(screen.folder, 'after')]
    const keep = (file: string): string => `stty -a > ${file}; ${settings} | sort`
    const terminal = screen.openInShell(
      `${keep(before)} > /dev/tty; SCREEN; ${keep(after)}; echo done`,
    )
    await wholeScreen(terminal)
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expect(terminal.text.match(/^echo\s+icanon\s+isig$/gm)).toHaveLength(2)
    expect(readFileSync(after, 'utf8')).toBe(readFileSync(before, 'utf8'))
    const done = terminal.cell(0, terminal.lines.indexOf('done'))
    expect(done).toEqual({ char: 'd', bold: false, inverse: false, foreground: -1, background: -1 })
  })

  it.each(['SIGABRT', 'SIGQUIT', 'SIGUSR2', 'SIGVTALRM'] as const)(
    'gives the terminal back before %s ends it',
    async (signal) => {
      const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b" | sort'
      const pid = join(screen.folder, 'pid')
      const start = `sh -c 'echo $$ > ${pid}; exec SCREEN'`
      const terminal = screen.openInShell(
        `ulimit -c 0; trap : QUIT; ${start}; echo "code $?"; ${settings}; echo done`,
      )
      await wholeScreen(terminal)
      process.kill(Number(readFileSync(pid, 'utf8')), signal)
      await terminal.waitFor(/^done/m)
      expect(terminal.text).toContain(`code ${128 + constants.signals[signal]}`)
      expect(terminal.text).toMatch(/^echo\s+icanon\s+isig$/m)
      expectRestored(terminal)
    },
  )

  it('leaves no answer behind on the line of the shell', async () => {
    const terminal = screen.openInShell('SCREEN; echo done; read line; echo "line:$line:"', {
      holdsAnswers: true,
    })
    // Until an answer is under way that comes only after the key.
    await terminal.waitFor(() => {
      if (terminal.lines.at(-1)?.startsWith(' q quit') && terminal.held !== '') return true
      if (terminal.held !== '') terminal.answer()
      return false
    })
    terminal.press('q')
    await terminal.waitFor(() => terminal.buffer === 'normal')
    expect(terminal.text).not.toContain('done')
    terminal.answer()
    await terminal.waitFor(/^done/m)
    expectRestored(terminal)
    terminal.press('typed\r')
    await terminal.waitFor(/^line:typed:$/m)
    expect(terminal.text).not.toContain('0n')
  })

  it('waits for the answer of a slow terminal before it dies', async () => {
    const pid = join(screen.folder, 'pid')
    const terminal = screen.openInShell(
      `ulimit -c 0; sh -c 'echo $$ > ${pid}; exec SCREEN'; echo done; read line; echo "line:$line:"`,
      { holdsAnswers: true },
    )
    // Nothing is asked again before the first answer, which is known to be slow then.
    await wholeScreen(terminal)
    expect(questionsOf(terminal)).toBe(1)
    terminal.answer()
    await terminal.waitFor(() => terminal.held !== '')
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGABRT')
    await terminal.waitFor(() => terminal.buffer === 'normal')
    const end = performance.now() + 600
    await terminal.waitFor(() => performance.now() > end)
    expect(terminal.text).not.toContain('done')
    terminal.answer()
    await terminal.waitFor(/^done/m)
    terminal.press('typed\r')
    await terminal.waitFor(/^line:typed:$/m)
    expectRestored(terminal)
  })

  it('gives line editing back where a second signal ends the wait for the terminal', async () => {
    const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b" | sort'
    const home = temporaryFolder()
    const pid = join(home, 'pid')
    const run = `"${process.execPath}" "${CLI}" monitor --mock --no-log`
    const terminal = screen.openInShell(
      `sh -c 'echo $$ > ${pid}; exec ${run}'; echo "code $?"; ${settings}; echo done`,
      { holdsAnswers: true, env: { HOME: home } },
    )
    await terminal.waitFor(({ lines }) => lines.at(-1)?.startsWith(' q quit') === true)
    terminal.answer()
    await terminal.waitFor(() => terminal.held !== '')
    const again = (): unknown => process.kill(Number(readFileSync(pid, 'utf8')), 'SIGTERM')
    again()
    await terminal.waitFor(() => terminal.buffer === 'normal')
    // Sooner it counts as the same signal that came twice.
    const end = performance.now() + 600
    await terminal.waitFor(() => performance.now() > end)
    expect(terminal.text).not.toContain('code')
    again()
    await terminal.waitFor(/^done/m)
    expect(terminal.text).toContain('code 143')
    expect(terminal.text).toMatch(/^echo\s+icanon\s+isig$/m)
    expectRestored(terminal)
  })

  it('leaves a terminal that never reads again as it was, as soon as it does', async () => {
    const terminal = screen.open(['--rate=50'], { columns: 200, rows: 50, bytesPerS: 0 })
    await terminal.waitFor(() => {
      terminal.take(65_536)
      return terminal.lines.at(-1)?.startsWith(' q quit') === true
    })
    // What is sent while nobody reads: one piece, then the sequences that give the terminal back.
    terminal.press('o')
    terminal.kill('SIGTERM')
    await terminal.waitFor(() => !isAlive(terminal.pid) || terminal.exited !== null)
    await terminal.waitFor(() => terminal.take(65_536) === 0)
    await terminal.waitFor(() => terminal.buffer === 'normal')
    expectRestored(terminal)
  })

  it('lets the process end although the terminal takes nothing', async () => {
    const terminal = screen.open(['--rate=50'], { columns: 200, rows: 50 })
    await wholeScreen(terminal)
    terminal.stall()
    const full = performance.now() + 2000
    await terminal.waitFor(() => performance.now() > full)
    terminal.kill('SIGTERM')
    await terminal.waitFor(() => !isAlive(terminal.pid), 5000)
    terminal.unstall()
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
