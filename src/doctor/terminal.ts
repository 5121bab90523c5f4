import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { groundOfAnswer, groundOfEnvironment } from '../theme/ground.ts'
import {
  BACKGROUND_QUESTION,
  type ColourDepth,
  capabilitiesOf,
} from '../tui/terminal/capabilities.ts'
import { type Finding, Findings } from './finding.ts'

const ANSWER_MS = 2000
/** Primary device attributes (ECMA-48 DA): every terminal of today answers. */
const WHO_ARE_YOU = '\x1b[c'
const COLOURS: Readonly<Record<ColourDepth, string>> = {
  none: 'without colours',
  8: 'with 8 colours and brighter ones',
  16: 'with 16 colours',
  256: 'with 256 colours',
  true: 'with true colour',
}
const ANSWER = /\x1b\[\?[\d;]*c/

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
}

/** What the screen of `monitor` will find. */
export async function checkTerminal(io: TerminalStreams): Promise<Finding[]> {
  const { stdin, stdout, env } = io
  const found = new Findings('terminal')
  if (!stdout.isTTY) {
    found.add('note', 'standard output is no terminal: monitor prints plain lines there')
    return found.list
  }
  checkSize(found, stdout)
  const term = env['TERM'] ?? ''
  const { ascii, colours, tellsBackground } = capabilitiesOf(env, false)
  if (term === '' || term === 'dumb') {
    found.add(
      'warning',
      `TERM is ${term === '' ? 'not set' : term}: monitor ${term === '' ? 'takes it for an xterm' : 'prints plain lines'}`,
      'set it to what your terminal is, such as TERM=xterm-256color',
    )
  } else if (!isKnown(term, env)) {
    found.add(
      'note',
      `TERM=${term} is no terminal that this system knows: monitor takes it for an xterm, ${COLOURS[colours]}`,
      'set it to what your terminal is, such as TERM=xterm-256color',
    )
  } else found.add('ok', `TERM=${term}, ${COLOURS[colours]}`)
  if (ascii) {
    found.add(
      'note',
      'charts are drawn with ASCII characters: the locale is not UTF-8, or the terminal an old one',
      'export LANG=C.UTF-8',
    )
  } else found.add('ok', 'UTF-8: charts are drawn with braille dots')
  if (env['TMUX'] || env['STY']) found.add('note', `inside ${env['TMUX'] ? 'tmux' : 'screen'}`)
  if (env['SSH_CONNECTION'] || env['SSH_TTY']) {
    found.add(
      'note',
      'over SSH: a monitor ends with the connection',
      'run it in tmux, or as a service: ina219 service install',
    )
  }
  if (stdin.isTTY && isInForeground())
    await checkAnswer(found, { stdin, stdout, env }, tellsBackground)
  return found.list
}

/** Has a description in one of the places of terminfo(5); true where there are none at all. */
function isKnown(term: string, env: NodeJS.ProcessEnv): boolean {
  const places = [
    env['TERMINFO'],
    join(env['HOME'] ?? '', '.terminfo'),
    ...(env['TERMINFO_DIRS'] ?? '').split(':'),
    '/etc/terminfo',
    '/lib/terminfo',
    '/usr/share/terminfo',
    '/usr/share/lib/terminfo',
    '/usr/local/share/terminfo',
  ].filter((each) => each !== undefined && isAbsolute(each) && existsSync(each))
  const first = term.slice(0, 1)
  // By its letter, or that in hexadecimal (macOS).
  const folders = [first, first.charCodeAt(0).toString(16)]
  const known = places.flatMap((place) => folders.map((each) => join(place ?? '', each, term)))
  return places.length === 0 || known.some((path) => existsSync(path))
}

function checkSize(found: Findings, { columns, rows }: NodeJS.WriteStream): void {
  const isSmall = columns < 80 || rows < 24
  found.add(
    isSmall ? 'note' : 'ok',
    `${columns} columns, ${rows} rows`,
    isSmall ? 'from 80x24 on all of the screen is shown' : null,
  )
}

/** A process in the background is stopped when it touches the terminal's modes. */
function isInForeground(): boolean {
  try {
    // pid (comm) state ppid pgrp session tty_nr tpgid, see proc(5)
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[2] === fields[5]
  } catch {
    return process.platform !== 'linux'
  }
}

async function checkAnswer(
  found: Findings,
  { stdin, stdout, env }: TerminalStreams,
  tellsBackground: boolean,
): Promise<void> {
  const wasRaw = stdin.isRaw
  let text = ''
  stdin.setRawMode(true)
  const answered = await new Promise<boolean>((resolve) => {
    const limit = setTimeout(() => resolve(false), ANSWER_MS)
    stdin.on('data', (chunk: Buffer | string) => {
      text += chunk.toString()
      if (!ANSWER.test(text)) return
      clearTimeout(limit)
      resolve(true)
    })
    // In this order: the answer to the last says that those before have come.
    stdout.write((tellsBackground ? BACKGROUND_QUESTION : '') + WHO_ARE_YOU)
  })
  stdin.removeAllListeners('data')
  stdin.pause()
  stdin.setRawMode(wasRaw)
  const told = groundOfAnswer(text)
  const ground = told ?? groundOfEnvironment(env['COLORFGBG'])
  const how = told !== null ? 'as the terminal says' : 'COLORFGBG'
  found.add(
    'ok',
    ground === null
      ? 'background unknown: theme dark'
      : `background ${ground} (${how}): theme ${ground}`,
  )
  found.add(
    answered ? 'ok' : 'note',
    answered ? 'the terminal answers' : `the terminal did not answer within ${ANSWER_MS / 1000} s`,
    answered ? null : 'a slow line, or a terminal that is none: --output plain works anywhere',
  )
}
