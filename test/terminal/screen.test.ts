import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleProgram } from '../support/bundle.ts'
import { ptyAvailable, type TerminalOptions, TestTerminal } from '../support/terminal.ts'

const HEADER = /ina219 bench-7@ttyUSB0 LIVE .* S\/s lost 0/

let program = ''
let terminal: TestTerminal

beforeAll(async () => {
  program = await bundleProgram('test/support/screen-program.ts')
})

afterAll(() => {
  rmSync(dirname(program), { recursive: true, force: true })
})

afterEach(() => {
  terminal?.dispose()
})

function open(flags: readonly string[] = [], options: TerminalOptions = {}): TestTerminal {
  terminal = new TestTerminal(process.execPath, [program, ...flags], options)
  return terminal
}

/**
 * Through a shell, as users start it; the shell's prompt is the word `done`. It stays until it is disposed of:
 * what a process writes at its very end is lost where node-pty is not there to read it within 200 ms.
 */
function openInShell(script: string, options: TerminalOptions = {}): TestTerminal {
  const run = `"${process.execPath}" "${program}"`
  const lines = `${script.replaceAll('SCREEN', run)}; exec sleep 600`
  terminal = new TestTerminal('/bin/sh', ['-c', lines], options)
  return terminal
}

/** The first frame from its first line to its last: it may arrive in pieces. */
async function wholeScreen(): Promise<void> {
  await terminal.waitFor(HEADER)
  await terminal.waitFor(({ lines }) => lines.at(-1)?.startsWith(' q quit') === true)
}

function expectRestored(): void {
  expect(terminal.buffer).toBe('normal')
  expect(terminal.mouse).toBe('none')
  expect(terminal.cursorShown).toBe(true)
  expect(terminal.applicationKeys).toBe(false)
  expect(terminal.bracketedPaste).toBe(false)
}

describe.skipIf(!ptyAvailable)('screen in a terminal', () => {
  it.each([
    [80, 24],
    [120, 30],
    [200, 50],
  ])('shows everything at %dx%d', async (columns, rows) => {
    open([], { columns, rows })
    await wholeScreen()
    await terminal.waitFor(/\d\.\d+ A /)
    expect(terminal.buffer).toBe('alternate')
    expect(terminal.cursorShown).toBe(false)
    expect(terminal.text).toMatch(/60 s/)
    expect(terminal.text).toMatch(/1m +min +avg +max/)
    expect(terminal.text).toMatch(/Q [\d.]+ mAh +E [\d.]+ mWh/)
    expect(terminal.lines.at(-1)).toMatch(/^ q quit/)
    expect(terminal.text).toMatch(/[\u2801-\u28ff]{3}/)
  })

  it('has big digits at 200x50', async () => {
    open([], { columns: 200, rows: 50 })
    await terminal.waitFor(/┌ Voltage ─+ ok ┐┌ Current ─+ ok ┐┌ Power ─+ ok ┐/)
    await terminal.waitFor(/[█▀▄]+ .*peak 1\.2040 A/)
  })

  it("draws the bars of the wall with blessed-contrib's gauge, below help", async () => {
    open([], { columns: 120, rows: 40 })
    await wholeScreen()
    terminal.press('ppp')
    const bar = () => terminal.lines.findIndex((line) => line.startsWith(' Voltage')) + 1
    const ground = () => terminal.cell(1, bar()).background
    await terminal.waitFor(() => bar() > 0 && ground() !== -1)
    // A background of its own where the value reaches, dots below what is empty.
    const cells = Array.from({ length: 118 }, (_, x) => terminal.cell(1 + x, bar()).background)
    const full = cells.filter((each) => each !== -1).length
    expect(full).toBeGreaterThan(60)
    expect(full).toBeLessThan(118)
    expect(cells.slice(0, full).every((each) => each === cells[0])).toBe(true)
    terminal.press('?')
    await terminal.waitFor(/help - /)
    const title = terminal.lines.findIndex((line) => line.includes('help - '))
    const left = terminal.lines[title]?.indexOf('┌') ?? 0
    for (let y = title; y < title + 20; y++) {
      expect(terminal.cell(left + 5, y).background).toBe(-1)
    }
  })

  it('asks the view for nothing while the monitor closes its log', async () => {
    open(['--hold'])
    await wholeScreen()
    terminal.press('q')
    terminal.press('+')
    await terminal.ended()
    expect(terminal.text).toMatch(/^ended resets=0 asked=0 /m)
  })

  it('shows values that live', async () => {
    open(['--rate=50'])
    const current = (): string => terminal.lines[2]?.slice(4, 13) ?? ''
    await wholeScreen()
    const seen = new Set<string>()
    await terminal.waitFor(() => seen.add(current()).size > 4)
  })

  it.each([
    ['q', 'q'],
    ['Ctrl-C', '\x03'],
  ])('%s gives the terminal back and ends', async (_, key) => {
    open()
    await wholeScreen()
    expect(terminal.mouse).toBe('drag')
    terminal.press(key)
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
    expect(terminal.text).toMatch(/^ended resets=0/m)
    expect(terminal.text).not.toContain('LIVE')
  })

  it('gives the terminal back on a signal', async () => {
    open()
    await wholeScreen()
    terminal.kill('SIGTERM')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
  })

  it('gives the terminal back before an error nobody caught is printed', async () => {
    open(['--throw'])
    await wholeScreen()
    expect((await terminal.ended()).exitCode).toBe(1)
    expectRestored()
    expect(terminal.text).toContain('Error: a bug in the screen')
    const { output } = terminal
    expect(output.indexOf('a bug in the screen')).toBeGreaterThan(output.lastIndexOf('\x1b[?1049l'))
  })

  it.each([
    ['with the signal', ''],
    ['without, by the end of its input', 'trap "" HUP;'],
  ])('ends cleanly when the terminal hangs up, %s', async (_, first) => {
    const folder = mkdtempSync(join(tmpdir(), 'ina219-screen-'))
    const result = join(folder, 'exit')
    // The shell outlives the terminal to tell the exit code; 134 would be an abort.
    openInShell(`trap : HUP; (${first} SCREEN 2> ${folder}/errors); echo $? > ${result}`)
    await wholeScreen()
    terminal.hangUp()
    await terminal.waitFor(() => existsSync(result) && readFileSync(result, 'utf8') !== '')
    expect(readFileSync(`${folder}/errors`, 'utf8')).toBe('')
    expect(readFileSync(result, 'utf8')).toBe('0\n')
    rmSync(folder, { recursive: true })
  })

  it('puts the line mode back', async () => {
    const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b"'
    openInShell(`${settings} | sort > /dev/tty; SCREEN; ${settings} | sort; echo done`)
    await wholeScreen()
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expect(terminal.text.match(/^echo\s+icanon\s+isig$/gm)).toHaveLength(2)
  })

  it('takes keys from the terminal while standard input is a pipe', async () => {
    openInShell('yes | SCREEN; echo done')
    await wholeScreen()
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expectRestored()
  })

  it('draws on the terminal while standard output is a file', async () => {
    openInShell('SCREEN > /dev/null; echo done')
    await wholeScreen()
    terminal.resize(100, 30)
    await terminal.waitFor((shown) => shown.lines[29]?.startsWith(' q quit') === true)
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expectRestored()
  })

  it('refuses where there is no terminal at all, and says what to do', async () => {
    const script =
      'setsid -w SCREEN < /dev/null 2>&1 | grep -o "there is no terminal.*\\|hint:.*plain.*"; echo done'
    openInShell(script)
    await terminal.waitFor(/done/)
    expect(terminal.text).toContain('there is no terminal for')
    expect(terminal.buffer).toBe('normal')
  })

  it('obeys its keys', async () => {
    open(['--rate=50'])
    await wholeScreen()
    terminal.press('z')
    await terminal.waitFor(/ 30 s overlay/)
    terminal.press('--')
    await terminal.waitFor(/ 2 min overlay/)
    terminal.press('o')
    await terminal.waitFor(/ 2 min strips/)
    terminal.press(' ')
    await terminal.waitFor(/FROZEN for \d+ s/)
    terminal.press('\x1b[D')
    terminal.press('f')
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
    terminal.press('e')
    await terminal.waitFor((shown) => !/1m +min/.test(shown.text))
    terminal.press('e')
    await terminal.waitFor(/1m +min/)
    terminal.press('r')
    await terminal.waitFor(/Q 0\.000 mAh/)
    await terminal.waitFor(/start again at 0/)
    terminal.press('?')
    await terminal.waitFor(/help - arrows scroll, any other key closes/)
    terminal.press('x')
    await terminal.waitFor((shown) => !shown.text.includes('key closes'))
    expect(terminal.text).toContain('2 min strips')
    terminal.press('q')
    await terminal.ended()
    expect(terminal.text).toContain('resets=1')
  })

  it('scrolls help where it is longer than the screen', async () => {
    open([], { columns: 60, rows: 15 })
    await terminal.waitFor(/LIVE/)
    terminal.press('?')
    await terminal.waitFor(/ 1-13 of \d+ /)
    expect(terminal.text).toMatch(/q {2}Ctrl-C +quit/)
    terminal.press('\x1b[B')
    await terminal.waitFor(/ 2-14 of /)
    terminal.press('\x1b[<65;10;10M')
    await terminal.waitFor(/ 5-17 of /)
    terminal.press('\x1b[F')
    await terminal.waitFor(/something needs a look/)
    terminal.press('\x1b[H\x1b[6~')
    await terminal.waitFor(/ 13-25 of /)
    terminal.press('+')
    await terminal.waitFor((shown) => !shown.text.includes('key closes'))
    expect(terminal.text).not.toContain(' 30 s')
    terminal.press('?')
    await terminal.waitFor(/ 1-13 of /)
    terminal.press('\x03')
    await terminal.ended()
    expectRestored()
  })

  it('shows several devices in a strip, and each on its own with Tab and its number', async () => {
    open(['--rate=50', '--devices=3', '--extras=2'], { columns: 100, rows: 30 })
    await terminal.waitFor(
      /^>1 bench-7 LIVE[\s\S]*^ 2 rack-1 {2}LIVE[\s\S]*^ 3 rack-2 {2}LIVE.* lost 12 !/m,
    )
    await terminal.waitFor((shown) => shown.lines.at(-1)?.includes('Tab device') === true)
    expect(terminal.text).toMatch(/^ soc .*\d/m)
    terminal.press('\t')
    await terminal.waitFor(/^ 1 bench-7[\s\S]*^>2 rack-1/m)
    await terminal.waitFor(/ina219 rack-1@ttyUSB0/)
    terminal.press(' ')
    await terminal.waitFor(/FROZEN/)
    terminal.press('3')
    await terminal.waitFor(/^>3 rack-2/m)
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
    terminal.press('\x1b[Z')
    await terminal.waitFor(/^>2 rack-1/m)
    await terminal.waitFor(/FROZEN/)
    terminal.press('\t\t')
    await terminal.waitFor(/^>1 bench-7/m)
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
  })

  it('goes back through two days', async () => {
    open(['--age=400000'])
    await wholeScreen()
    terminal.press('xxxxxxxxx')
    await terminal.waitFor(/ 48 h overlay[\s\S]*└.*\d\d-\d\d.*12:00.*┘/)
    terminal.press('\x1b[H')
    // The oldest two of four and a half days.
    await terminal.waitFor(/FROZEN for \d+ s, up to \d{4}-\d\d-\d\d \d\d:/)
    terminal.press('zzzzzzzzz')
    await terminal.waitFor(/ 60 s overlay/)
    terminal.press('\x1b[F')
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
  })

  it('answers keys while the view hangs, and quits at once', async () => {
    open(['--trouble=hang', '--at-once'])
    await terminal.waitFor(/waiting for the monitor/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
    terminal.dispose()
    open(['--trouble=hang'])
    await wholeScreen()
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    // What was there last stays, and so do the keys.
    terminal.kill('SIGUSR2')
    terminal.press('z')
    await terminal.waitFor(/ 30 s overlay/)
    terminal.press('?')
    await terminal.waitFor(/key closes/)
    // As in a pager, the first one closes help.
    terminal.press('q')
    await terminal.waitFor((shown) => !shown.text.includes('key closes'))
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
  })

  it('shows the old chart until a slow trace of another span is there', async () => {
    open(['--rate=50', '--trace-ms=400'])
    await wholeScreen()
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    terminal.press('x')
    await terminal.waitFor((shown) => {
      // At no time is the plot empty.
      if (shown.text.includes(' 2 min ')) expect(shown.text).toMatch(/[\u2801-\u28ff]{3}/)
      return / 2 min overlay/.test(shown.text)
    })
    // The left half is older than the chart of a minute.
    const left = (): string =>
      terminal.lines
        .slice(5, 16)
        .map((line) => line.slice(8, 30))
        .join()
    await terminal.waitFor(() => /[\u2801-\u28ff]/.test(left()))
  })

  it('says that the view does not answer, and goes on when it does', async () => {
    open(['--trouble=fail'])
    await wholeScreen()
    terminal.kill('SIGUSR2')
    await terminal.waitFor(/the connection is gone/)
    terminal.kill('SIGUSR2')
    expect(terminal.lines[0]).toMatch(HEADER)
    await terminal.waitFor((shown) => !shown.text.includes('the connection is gone'))
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
  })

  it('is not ended by Esc nor by a sequence that comes in pieces', async () => {
    open()
    await wholeScreen()
    terminal.press('?')
    await terminal.waitFor(/key closes/)
    terminal.press('\x1b')
    await terminal.waitFor((shown) => !shown.text.includes('key closes'))
    terminal.press('\x1b[<65;1')
    terminal.press('0;10M')
    await terminal.waitFor(/ 2 min overlay/)
    expect(terminal.exited).toBeNull()
  })

  it('obeys the mouse: cursor, selection, hidden curves, keys and panels', async () => {
    open(['--rate=50', '--age=600'], { columns: 250, rows: 70 })
    await wholeScreen()
    await terminal.waitFor(/60 s strips/)
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    expect(terminal.mouse).toBe('drag')
    // A key in the last line.
    const click = (x: number, y: number): void => {
      terminal.press(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`)
    }
    click(terminal.lines[69]?.indexOf('freeze') ?? 0, 69)
    await terminal.waitFor(/FROZEN/)
    // The pieces of a picture come one after the other: the last line may be later than the title.
    await terminal.waitFor(() => terminal.lines[69]?.includes('go on') ?? false)
    click(terminal.lines[69]?.indexOf('go on') ?? 0, 69)
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
    const plotRow = terminal.lines.findIndex((line) => /[\u2801-\u28ff]{3}/.test(line))
    click(40, plotRow)
    await terminal.waitFor(/v select {2}l largest/)
    // A minute lies between the corners of the plot, and a character more.
    const corner = terminal.lines.find((line) => / 60 s strips/.test(line)) ?? ''
    const cellS = 60 / (corner.indexOf('┐') - corner.indexOf('┌') - 2)
    const selected = (cells: number) => (): boolean => {
      const seconds = Number(/selected (\d+\.?\d*) s/.exec(terminal.text)?.[1])
      return Math.abs(seconds - cells * cellS) < cellS
    }
    terminal.press(`\x1b[<0;41;${plotRow + 1}M\x1b[<32;61;${plotRow + 1}M`)
    await terminal.waitFor(/Esc unselect/)
    await terminal.waitFor(selected(20))
    terminal.press(`\x1b[<32;91;${plotRow + 1}M\x1b[<0;91;${plotRow + 1}m`)
    await terminal.waitFor(selected(50))
    terminal.press('\x1b')
    await terminal.waitFor((shown) => !/selected/.test(shown.text))
    // The wheel about the pointer: a frozen chart is shorter, and still frozen.
    terminal.press(`\x1b[<64;60;${plotRow + 1}M`)
    await terminal.waitFor(/30 s strips.*FROZEN/)
    const head = terminal.lines.findIndex((line) => / 30 s strips/.test(line))
    const letter = /strips.*?\bW\b/.exec(terminal.lines[head] ?? '')
    click((letter?.index ?? 0) + (letter?.[0].length ?? 1) - 1, head)
    await terminal.waitFor(/strips.*\(W\)/)
  })

  it('leaves the mouse to the terminal and takes it again', async () => {
    open()
    await wholeScreen()
    terminal.press('M')
    await terminal.waitFor(() => terminal.mouse === 'none')
    await terminal.waitFor(/M mouse is off/)
    terminal.press('M')
    await terminal.waitFor(() => terminal.mouse === 'drag')
    terminal.press('q')
    await terminal.ended()
    expectRestored()
  })

  it('has first words until a key is pressed', async () => {
    open(['--hints'])
    await terminal.waitFor(/^ New here\? {2}\? shows all keys/m)
    terminal.press('z')
    await wholeScreen()
    await terminal.waitFor((shown) => !shown.text.includes('New here'))
  })

  it('zooms with the wheel, and leaves the mouse alone with --no-mouse', async () => {
    open()
    await wholeScreen()
    terminal.press('\x1b[<64;10;10M')
    await terminal.waitFor(/ 30 s overlay/)
    terminal.dispose()
    open(['--no-mouse'])
    await wholeScreen()
    expect(terminal.mouse).toBe('none')
  })

  it('follows the size of the terminal, down to one line and back', async () => {
    open()
    await wholeScreen()
    terminal.resize(200, 50)
    await terminal.waitFor((shown) => shown.lines[49]?.startsWith(' q quit') === true)
    await terminal.waitFor(/┌ Voltage ─/)
    terminal.resize(30, 5)
    await terminal.waitFor(/^m?V -?[\d.]+ m?A -?[\d.]+ W -?[\d.]+/)
    expect(terminal.exited).toBeNull()
    terminal.resize(39, 5)
    await terminal.waitFor(/needs 40x8/)
    terminal.resize(80, 24)
    await terminal.waitFor((shown) => shown.lines[23]?.startsWith(' q quit') === true)
    expect(terminal.lines[0]).toMatch(HEADER)
    expect(terminal.text).not.toContain('needs 40x8')
  })

  it('has colours, and none with NO_COLOR', async () => {
    open()
    await wholeScreen()
    const coloured = (): number => {
      let cells = 0
      for (let y = 0; y < 24; y++) {
        for (let x = 0; x < 80; x++) if (terminal.cell(x, y).foreground >= 0) cells++
      }
      return cells
    }
    expect(coloured()).toBeGreaterThan(100)
    expect(terminal.cell(1, 0)).toMatchObject({ char: 'i', bold: true })
    terminal.dispose()
    open([], { env: { NO_COLOR: '1' } })
    await wholeScreen()
    expect(coloured()).toBe(0)
    expect(terminal.cell(1, 0)).toMatchObject({ char: 'i', bold: true })
  })

  it.each([
    ['--ascii', ['--ascii'], {}],
    ['LANG=C', [], { LANG: 'C' }],
    ['the Linux console', [], { TERM: 'linux' }],
    ['a VT220', [], { TERM: 'vt220' }],
  ])('is ASCII alone with %s', async (_, flags, env) => {
    open(flags, { env })
    await wholeScreen()
    await terminal.waitFor(/[avw]{2}/)
    expect(terminal.text).toMatch(/^[ -~\n]*$/)
    terminal.press('q')
    await terminal.ended()
    expect(terminal.cursorShown).toBe(true)
    expect(terminal.mouse).toBe('none')
  })

  it.each(['tmux-256color', 'screen-256color', 'alacritty', 'xterm-kitty', 'foot', 'nonsense'])(
    'is the same with TERM=%s',
    async (term) => {
      open([], { env: { TERM: term } })
      await wholeScreen()
      // Grey until the first sample is there.
      await terminal.waitFor(() => terminal.cell(1, 1).foreground === 75)
      expect(terminal.text).toContain('┌─ 60 s')
      terminal.press('q')
      await terminal.ended()
      expectRestored()
    },
  )

  it('wraps large frames in synchronized output, and only those', async () => {
    open(['--rate=50'])
    await wholeScreen()
    const begins = (): number => terminal.output.split('\x1b[?2026h').length - 1
    terminal.press('?')
    await terminal.waitFor(/help - arrows scroll/)
    terminal.press('?')
    await terminal.waitFor((shown) => !shown.text.includes('help - arrows scroll'))
    terminal.press('q')
    await terminal.ended()
    expect(begins()).toBeGreaterThan(0)
    expect(terminal.output.split('\x1b[?2026l').length - 1).toBe(begins())
    for (const [frame] of terminal.output.matchAll(/\x1b\[\?2026h[\s\S]*?\x1b\[\?2026l/g)) {
      expect(frame.length).toBeGreaterThan(500)
    }
  })

  it('puts the curves together on the first press where they begin apart', async () => {
    open([], { columns: 120, rows: 40 })
    await terminal.waitFor(/60 s strips/)
    terminal.press('o')
    await terminal.waitFor(/60 s overlay/)
  })

  it('goes to the shell on Ctrl-Z and comes back', async () => {
    // An interactive shell does job control; its prompt tells when it has the terminal.
    const inputrc = join(dirname(program), 'inputrc')
    writeFileSync(inputrc, 'set enable-bracketed-paste off\n')
    terminal = new TestTerminal('/bin/bash', ['--norc', '--noprofile', '-i'], {
      // This shell would have its own pastes bracketed.
      env: { PS1: 'READY> ', INPUTRC: inputrc },
    })
    await terminal.waitFor(/READY> /)
    terminal.press(`yes | "${process.execPath}" "${program}"\r`)
    await wholeScreen()
    terminal.press('\x1a')
    await terminal.waitFor(/Stopped/)
    expectRestored()
    terminal.press('fg\r')
    await terminal.waitFor((shown) => shown.buffer === 'alternate' && HEADER.test(shown.text))
    await terminal.waitFor(() => terminal.mouse === 'drag')
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    await terminal.waitFor(/ended resets=0/)
    expectRestored()
    terminal.press('exit\r')
    await terminal.ended()
  })

  it('comes back by itself where nothing stops it', async () => {
    open()
    await wholeScreen()
    const screens = (): number => terminal.output.split('\x1b[?1049h').length - 1
    terminal.press('\x1a')
    await terminal.waitFor(() => screens() === 2)
    await wholeScreen()
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
  })

  it('keeps the process going while the terminal stalls', async () => {
    open(['--rate=50'], { columns: 200, rows: 50 })
    await wholeScreen()
    terminal.stall()
    const end = performance.now() + 4000
    await terminal.waitFor(() => performance.now() > end)
    terminal.unstall()
    const before = terminal.output.length
    await terminal.waitFor(() => terminal.output.length > before + 20_000)
    terminal.press('q')
    await terminal.ended()
    expectRestored()
    const longest = Number(/stall=(\d+)ms/.exec(terminal.text)?.[1])
    // 4000 with writes that block; what a busy machine adds is far from that.
    expect(longest).toBeLessThan(2000)
  })

  it('takes nothing that is pasted for keys', async () => {
    open()
    await wholeScreen()
    expect(terminal.bracketedPaste).toBe(true)
    terminal.press('\x1b[200~q\x03qqq oo\r')
    terminal.press('q\x1b[20')
    terminal.press('1~')
    await terminal.waitFor(/what is pasted is no key/)
    expect(terminal.text).toMatch(/60 s/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
  })

  it.each(['SIGABRT', 'SIGQUIT', 'SIGUSR2', 'SIGVTALRM'] as const)(
    'gives the terminal back before %s ends it',
    async (signal) => {
      const settings = 'stty -a | grep -oE -- "-?(icanon|echo|isig)\\b" | sort'
      const pid = join(dirname(program), 'pid')
      const start = `sh -c 'echo $$ > ${pid}; exec SCREEN'`
      openInShell(`ulimit -c 0; trap : QUIT; ${start}; echo "code $?"; ${settings}; echo done`)
      await wholeScreen()
      process.kill(Number(readFileSync(pid, 'utf8')), signal)
      await terminal.waitFor(/^done/m)
      expect(terminal.text).toContain(`code ${128 + constants.signals[signal]}`)
      expect(terminal.text).toMatch(/^echo\s+icanon\s+isig$/m)
      expectRestored()
    },
  )

  it('sends the next piece only when the last one is acknowledged', async () => {
    open(['--rate=50'], { columns: 200, rows: 50, holdsAnswers: true })
    const questions = (): number => terminal.output.split('\x1b[5n').length - 1
    let answers = 0
    while (!terminal.lines.at(-1)?.startsWith(' q quit')) {
      await terminal.waitFor(() => questions() > answers)
      terminal.press('z')
      terminal.press('x')
      const { length } = terminal.output
      await terminal.waitFor(() => terminal.held !== '')
      expect(questions()).toBe(answers + 1)
      expect(terminal.output.endsWith('\x1b[5n')).toBe(true)
      expect(terminal.output.length).toBe(length)
      answers++
      terminal.answer()
    }
    terminal.press('q')
    await terminal.waitFor(() => terminal.held !== '' || terminal.exited !== null)
    terminal.answer()
    await terminal.ended()
  })

  it('leaves no answer behind on the line of the shell', async () => {
    openInShell('SCREEN; echo done; read line; echo "line:$line:"', { holdsAnswers: true })
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
    expectRestored()
    terminal.press('typed\r')
    await terminal.waitFor(/^line:typed:$/m)
    expect(terminal.text).not.toContain('0n')
  })

  it('shows everything on a terminal that answers nothing', async () => {
    open([], { holdsAnswers: true })
    await wholeScreen()
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored()
  })

  it('leaves a terminal that never reads again as it was, as soon as it does', async () => {
    open(['--rate=50'], { columns: 200, rows: 50, bytesPerS: 0 })
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
    expectRestored()
  })

  it.each([
    [' ', /FROZEN/],
    [':', /^:/m],
    [':s', /^:s/m],
    ['?', /help - /],
  ])(
    'answers the key %j on a line of 960 bytes a second before 0.5 s of it have passed',
    async (keys, answer) => {
      open(['--rate=50'], { bytesPerS: 960 })
      await wholeScreen()
      // Pieces get as short as the line is slow.
      const questions = (): number => terminal.output.split('\x1b[5n').length - 1
      const from = questions()
      await terminal.waitFor(() => questions() > from + 8)
      const before = terminal.output.length
      terminal.press(keys)
      await terminal.waitFor(answer)
      expect(Buffer.byteLength(terminal.output.slice(before))).toBeLessThan(480)
    },
  )

  it('lets the process end although the terminal takes nothing', async () => {
    open(['--rate=50'], { columns: 200, rows: 50 })
    await wholeScreen()
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
