import type { Action } from '../view/key-bindings.ts'
import type { KeyOffer } from '../view/keymap.ts'
import { aimed, fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

/** What the screen is in the middle of: which keys are of use next. */
export interface KeysState {
  /** The first words of all to who has never pressed a key. */
  readonly isNew: boolean
  readonly frozen: boolean
  readonly cursor: boolean
  readonly selection: boolean
  /** Something that nobody has taken notice of. */
  readonly pressing: boolean
  /** The mouse is the screen's. */
  readonly mouse: boolean
}

/** Keys, each with what it asks for, and what they are good for. */
type Item = readonly [keys: readonly (readonly [string, Action])[], meaning: string]

const QUIT: Item = [[['q', 'quit']], 'quit']
const HELP: Item = [[['?', 'help']], 'help']
const COMMAND: Item = [[[':', 'command']], 'command']
const MARK: Item = [[['m', 'mark']], 'mark']
const SPAN: Item = [
  [
    ['+', 'zoom_in'],
    ['-', 'zoom_out'],
  ],
  'span',
]
const ACKNOWLEDGE: Item = [[['a', 'alarm_ack']], 'acknowledge']
const GO_ON: Item = [[['space', 'freeze']], 'go on']
const EVENTS: Item = [
  [
    ['<', 'previous_event'],
    ['>', 'next_event'],
  ],
  'event',
]
const LARGEST: Item = [[['l', 'largest']], 'largest']
const MOUSE: Item = [[['M', 'mouse']], 'mouse is off']

function arrows(meaning: string): Item {
  return [
    [
      ['<-', 'step_back'],
      ['->', 'step_forward'],
    ],
    meaning,
  ]
}

function itemsFor(state: KeysState, { several, alarms }: KeyOffer): readonly Item[] {
  const first = [
    QUIT,
    HELP,
    ...(state.pressing ? [ACKNOWLEDGE] : []),
    ...(state.mouse ? [] : [MOUSE]),
  ]
  if (state.selection) {
    const clear: Item = [[['Esc', 'dismiss']], 'unselect']
    const statistics: Item = [[['s', 'statistics']], 'statistics']
    return [...first, clear, statistics, MARK, arrows('cursor'), SPAN, COMMAND, GO_ON]
  }
  if (state.cursor) {
    const select: Item = [[['v', 'select']], 'select']
    const away: Item = [[['c', 'cursor']], 'no cursor']
    return [...first, arrows('move'), select, LARGEST, EVENTS, away, GO_ON, MARK, COMMAND, SPAN]
  }
  if (state.frozen) {
    const cursor: Item = [[['c', 'cursor']], 'cursor']
    return [...first, GO_ON, arrows('scroll'), cursor, LARGEST, EVENTS, SPAN, MARK, COMMAND]
  }
  return [
    ...first,
    ...(several ? [[[['Tab', 'next_device']], 'device'] satisfies Item] : []),
    COMMAND,
    [[['space', 'freeze']], 'freeze'],
    SPAN,
    arrows('scroll'),
    MARK,
    ...(alarms && !state.pressing ? [ACKNOWLEDGE] : []),
    [[['o', 'arrange']], 'overlay/strips'],
    [[['e', 'expand']], 'expand'],
    [[['p', 'preset']], 'panels'],
    [[['r', 'totals_reset']], 'reset'],
    [[['s', 'statistics']], 'statistics'],
  ]
}

/** In words, to who is new to it. */
const FIRST_WORDS: readonly Item[] = [
  [[['?', 'help']], 'shows all keys'],
  [[[':', 'command']], 'what the device can be told'],
  [[['space', 'freeze']], 'freezes'],
  [[['q', 'quit']], 'quits'],
]

/** The keys worth a reminder, most needed first; what does not fit is left to help. Each can be clicked. */
export function keysLine(state: KeysState, offer: KeyOffer, width: number): Line {
  const items = state.isNew ? FIRST_WORDS : itemsFor(state, offer)
  const line: Piece[] = state.isNew ? [piece(' New here?', 'invert'), piece(' ')] : []
  for (const [keys, meaning] of items) {
    const next = [
      piece(' '),
      ...keys.flatMap(([key, action], i) => [
        ...(i === 0 ? [] : [piece('/', 'bold')]),
        aimed(piece(key, 'bold'), { kind: 'key', action }),
      ]),
      ...meaningOf(keys, meaning),
    ]
    if (lineWidth([...line, ...next]) > width) break
    line.push(...next)
  }
  return fitLine(line, width)
}

/** A click on it presses the key, where it is one. */
function meaningOf([first, second]: Item[0], meaning: string): Piece[] {
  const part = piece(` ${meaning} `, 'dim')
  if (first === undefined || second !== undefined) return [part]
  return [aimed(part, { kind: 'key', action: first[1] })]
}
