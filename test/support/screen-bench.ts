import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { bundleProgram } from './bundle.ts'
import { type TerminalOptions, TestTerminal } from './terminal.ts'

/** The first line of the screen of `screen-program.ts`. */
export const HEADER = /ina219 bench-7@ttyUSB0 LIVE .* S\/s lost 0/

/** Opens `screen-program.ts` in terminals; each one is ended after its test. */
export interface ScreenBench {
  /** What a shell calls to run it. */
  readonly command: string
  /** For files of the tests; removed after the last one. */
  readonly folder: string
  open(flags?: readonly string[], options?: TerminalOptions): TestTerminal
  /**
   * Through a shell, as users start it, in place of the word SCREEN. The shell stays until it is
   * disposed of: what a process writes at its very end is lost where node-pty is not there to read
   * it within 200 ms.
   */
  openInShell(script: string, options?: TerminalOptions): TestTerminal
  /** Any other program. */
  start(file: string, args: readonly string[], options?: TerminalOptions): TestTerminal
}

/** To be called once in a test file, outside of its tests. */
export function screenBench(): ScreenBench {
  let program = ''
  let opened: TestTerminal[] = []
  beforeAll(async () => {
    program = await bundleProgram('test/support/screen-program.ts')
  })
  afterEach(() => {
    for (const terminal of opened) terminal.dispose()
    opened = []
  })
  afterAll(() => {
    rmSync(dirname(program), { recursive: true, force: true })
  })
  const bench: ScreenBench = {
    get command() {
      return `"${process.execPath}" "${program}"`
    },
    get folder() {
      return dirname(program)
    },
    open: (flags = [], options = {}) => bench.start(process.execPath, [program, ...flags], options),
    openInShell(script, options = {}) {
      const lines = `${script.replaceAll('SCREEN', bench.command)}; exec sleep 600`
      return bench.start('/bin/sh', ['-c', lines], options)
    },
    start(file, args, options = {}) {
      const terminal = new TestTerminal(file, args, options)
      opened.push(terminal)
      return terminal
    },
  }
  return bench
}

/** The first frame from its first line to its last: it may arrive in pieces. */
export async function wholeScreen(terminal: TestTerminal): Promise<void> {
  await terminal.waitFor(HEADER)
  await terminal.waitFor(({ lines }) => lines.at(-1)?.startsWith(' q quit') === true)
}

/** The terminal is as a shell wants it. */
export function expectRestored(terminal: TestTerminal): void {
  expect(terminal.buffer).toBe('normal')
  expect(terminal.mouse).toBe('none')
  expect(terminal.cursorShown).toBe(true)
  expect(terminal.applicationKeys).toBe(false)
  expect(terminal.bracketedPaste).toBe(false)
}

/** How often the program asked the terminal whether it has come so far. */
export function questionsOf(terminal: TestTerminal): number {
  return terminal.output.split('\x1b[5n').length - 1
}
