import xterm from '@xterm/headless'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../src/tui/terminal/blessed-screen.ts'
import { type Dialect, FrameEncoder, type FrameRow } from '../../src/tui/terminal/frame-encoder.ts'
import { FLAG, PLAIN, type Rendition } from '../../src/tui/terminal/rendition.ts'

const XTERM: Dialect = { selective: true, erase: true, shift: true }
const VT100: Dialect = { selective: false, erase: false, shift: false }

/** An attribute is a place in this list. */
const RENDITIONS: readonly Rendition[] = [
  PLAIN,
  { flags: 0, foreground: '38;5;75', background: '' },
  { flags: FLAG.bold, foreground: '33', background: '' },
  { flags: FLAG.bold | FLAG.inverse, foreground: '38;5;203', background: '' },
  { flags: 0, foreground: '38;2;10;20;30', background: '48;5;17' },
  { flags: FLAG.underline | FLAG.dim, foreground: '', background: '' },
  { flags: 0, foreground: '', background: '44' },
]

function palette(attribute: number): Rendition {
  return RENDITIONS[attribute] ?? PLAIN
}

function frameOf(columns: number, rows: number): FrameRow[] {
  return Array.from({ length: rows }, () =>
    Object.assign(
      Array.from({ length: columns }, (): Cell => [0, ' ']),
      { dirty: true },
    ),
  )
}

function put(frame: readonly FrameRow[], y: number, x: number, text: string, attribute = 0): void {
  const row = frame[y] as unknown as Cell[] & { dirty: boolean }
  for (const [i, char] of [...text].entries()) {
    if (x + i < row.length) row[x + i] = [attribute, char]
  }
  row.dirty = true
}

/** The encoder with a terminal that takes what it gives. */
class Rig {
  readonly frame: FrameRow[]
  readonly encoder: FrameEncoder
  readonly #emulator: xterm.Terminal
  readonly #order: readonly number[]

  constructor(columns: number, rows: number, dialect: Dialect) {
    this.frame = frameOf(columns, rows)
    this.encoder = new FrameEncoder(palette, dialect)
    this.#emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
    this.#order = this.frame.map((_, y) => y)
  }

  /** All pieces of the frame. */
  show(limit = Number.POSITIVE_INFINITY, order = this.#order): string {
    let text = ''
    for (let isWhole = false; !isWhole; ) {
      const piece = this.encoder.encode(this.frame, order, limit)
      text += piece.text
      isWhole = piece.isWhole
    }
    return text
  }

  async feed(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#emulator.write(text, resolve))
  }

  /** What the emulator shows in the form of `wanted`. */
  get shown(): string[] {
    const buffer = this.#emulator.buffer.active
    return this.frame.map((row, y) => {
      const line = buffer.getLine(y)
      return Array.from({ length: row.length }, (_, x) => {
        const cell = line?.getCell(x)
        if (!cell || cell.getWidth() === 0) return '<'
        const flags =
          (cell.isBold() && FLAG.bold) |
          (cell.isDim() && FLAG.dim) |
          (cell.isUnderline() && FLAG.underline) |
          (cell.isInverse() && FLAG.inverse)
        const fore = cell.isFgDefault() ? '' : `${cell.getFgColorMode()}:${cell.getFgColor()}`
        const back = cell.isBgDefault() ? '' : `${cell.getBgColorMode()}:${cell.getBgColor()}`
        return seen(cell.getChars() || ' ', flags, fore, back)
      }).join(' ')
    })
  }

  get wanted(): string[] {
    return this.frame.map((row) =>
      Array.from(row, ([attribute, char]) => {
        if (char === '') return '<'
        const { flags, foreground, background } = palette(attribute)
        return seen(char, flags, modeOf(foreground), modeOf(background))
      }).join(' '),
    )
  }

  dispose(): void {
    this.#emulator.dispose()
  }
}

/** Of a blank only what can be seen. */
function seen(char: string, flags: number, fore: string, back: string): string {
  const isInked = char !== ' ' || (flags & (FLAG.inverse | FLAG.underline)) !== 0
  return isInked ? `${char}/${flags}/${fore}/${back}` : `${char}/${back}`
}

/** Codes as the emulator tells them. */
function modeOf(codes: string): string {
  const [kind = '', mode, ...colour] = codes.split(';')
  if (kind === '') return ''
  if (mode === '5') return `${0x2000000}:${colour[0]}`
  if (mode === '2') {
    const [red = 0, green = 0, blue = 0] = colour.map(Number)
    return `${0x3000000}:${(red << 16) | (green << 8) | blue}`
  }
  return `${0x1000000}:${Number(kind) % 10}`
}

const COLUMNS = 30
const ROWS = 6

/** Something that happens to a screen: text, a wide character, a chart that runs, a cleared part. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('text' as const),
    y: fc.nat(ROWS - 1),
    x: fc.nat(COLUMNS - 1),
    text: fc.string({ unit: fc.constantFrom(' ', ' ', 'a', '7', '⠿', '─', 'é'), maxLength: 20 }),
    attribute: fc.nat(RENDITIONS.length - 1),
  }),
  fc.record({
    kind: fc.constant('wide' as const),
    y: fc.nat(ROWS - 1),
    x: fc.nat(COLUMNS - 2),
    attribute: fc.nat(RENDITIONS.length - 1),
  }),
  fc.record({
    kind: fc.constant('run' as const),
    x: fc.nat(8),
    width: fc.integer({ min: 10, max: COLUMNS - 8 }),
    by: fc.integer({ min: 1, max: 3 }),
    text: fc.string({ unit: fc.constantFrom(' ', '⠁', '⠿', '⡇'), minLength: 3, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('clear' as const), y: fc.nat(ROWS - 1), x: fc.nat(COLUMNS - 1) }),
)

function apply(
  frame: readonly FrameRow[],
  each: typeof change extends fc.Arbitrary<infer T> ? T : never,
): void {
  if (each.kind === 'text') put(frame, each.y, each.x, each.text, each.attribute)
  else if (each.kind === 'wide') {
    put(frame, each.y, each.x, '電', each.attribute)
    ;(frame[each.y] as unknown as Cell[])[each.x + 1] = [each.attribute, '']
  } else if (each.kind === 'clear') put(frame, each.y, each.x, ' '.repeat(COLUMNS))
  else {
    for (const [y, row] of frame.entries()) {
      const cells = row as unknown as Cell[]
      const part = cells.slice(each.x + each.by, each.x + each.width)
      const fresh = [...each.text.slice(0, each.by)].map((char): Cell => [(y % 3) + 1, char])
      cells.splice(each.x, each.width, ...part, ...fresh)
      row.dirty = true
    }
  }
  for (const row of frame) mendHalves(row as unknown as Cell[])
}

/** What overwrites half of a wide character leaves a blank of the other half. */
function mendHalves(row: Cell[]): void {
  for (let x = 0; x < row.length; x++) {
    const [attribute, char] = row[x] ?? [0, ' ']
    if (char === '' && row[x - 1]?.[1] !== '電') row[x] = [attribute, ' ']
    if (char === '電' && row[x + 1]?.[1] !== '') row[x] = [attribute, ' ']
  }
}

describe('frame encoder', () => {
  it.each([
    ['xterm', XTERM],
    ['a VT100', VT100],
  ])('makes %s show the cells, whatever changes and in pieces of any size', async (_, dialect) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(change, { maxLength: 6 }), fc.integer({ min: 1, max: 400 })), {
          maxLength: 8,
        }),
        async (frames) => {
          const rig = new Rig(COLUMNS, ROWS, dialect)
          try {
            for (const [changes, limit] of frames) {
              for (const each of changes) apply(rig.frame, each)
              await rig.feed(rig.show(limit))
              expect(rig.shown).toEqual(rig.wanted)
            }
          } finally {
            rig.dispose()
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('writes nothing where nothing has changed', () => {
    const rig = new Rig(20, 3, XTERM)
    put(rig.frame, 1, 2, 'abc', 1)
    rig.show()
    put(rig.frame, 1, 2, 'abc', 1)
    // Of a blank the foreground can't be seen.
    put(rig.frame, 2, 0, '   ', 1)
    expect(rig.show()).toBe('')
    rig.dispose()
  })

  it('takes the shortest way', () => {
    const rig = new Rig(40, 4, XTERM)
    put(rig.frame, 1, 0, '0.1234 A   5.0500 V', 2)
    expect(rig.show()).toBe('\x1b[m\x1b[H\x1b[2J\r\n\x1b[1;33m0.1234 A   5.0500 V')
    // The colour is still set.
    put(rig.frame, 1, 0, '0.2235', 2)
    expect(rig.show()).toBe('\x1b[3G2235')
    put(rig.frame, 1, 3, '9', 2)
    expect(rig.show()).toBe('\b\b\b9')
    rig.dispose()
  })

  it('goes through the colours rather than to and fro between them', () => {
    const rig = new Rig(40, 4, XTERM)
    rig.show()
    for (let x = 0; x < 30; x += 6) {
      put(rig.frame, 1, x, 'a', 1)
      put(rig.frame, 1, x + 3, 'b', 2)
    }
    const text = rig.show()
    expect(text.split('38;5;75').length - 1).toBe(1)
    rig.dispose()
  })

  it('erases rather than writing many blanks', () => {
    const rig = new Rig(40, 4, XTERM)
    put(rig.frame, 0, 0, 'x'.repeat(40), 1)
    rig.show()
    put(rig.frame, 0, 2, ' '.repeat(38))
    expect(rig.show()).toBe('\x1b[1;3H\x1b[K')
    rig.dispose()
  })

  it.each([1, 2, 10])(
    'moves a chart that runs by %i, with the axis beside it in place',
    async (by) => {
      const rig = new Rig(80, 3, XTERM)
      const curve = (from: number): string =>
        Array.from({ length: 60 }, (_, i) =>
          String.fromCodePoint(0x2801 + (((from + i) * 37) % 250)),
        ).join('')
      const draw = (from: number): void => put(rig.frame, 1, 5, `│${curve(from)}├ 5.05`, 1)
      draw(0)
      await rig.feed(rig.show())
      draw(by)
      const text = rig.show()
      await rig.feed(text)
      expect(rig.shown).toEqual(rig.wanted)
      expect(Buffer.byteLength(text)).toBeLessThan(34 + 3 * by)
      rig.dispose()
    },
  )

  it('sends the rows asked for first, and the rest in further pieces', () => {
    const rig = new Rig(20, 4, XTERM)
    rig.show()
    for (let y = 0; y < 4; y++) put(rig.frame, y, 0, `row ${y}`)
    const first = rig.encoder.encode(rig.frame, [2, 0, 1, 3], 12)
    expect(first).toEqual({ text: expect.stringContaining('row 2'), isWhole: false })
    expect(first.text).not.toContain('row 0')
    rig.dispose()
  })

  it('clears what it does not know', () => {
    const rig = new Rig(20, 4, XTERM)
    put(rig.frame, 0, 0, 'here')
    rig.show()
    rig.encoder.forget()
    expect(rig.show()).toBe('\x1b[m\x1b[H\x1b[2Jhere')
    rig.dispose()
  })
})
