/** Where the terminal's cursor is, in cells from the top left corner. */
export interface Place {
  readonly x: number
  readonly y: number
}

/**
 * The shortest sequence that moves the cursor.
 *
 * Of relative moves only those that all terminals have had for decades: CUF,
 * CUB as backspace, carriage return and line feed (together, so that it does
 * not matter whether the driver makes one of the other).
 *
 * @param from null: unknown, as after the last column, where terminals differ
 * @param absolute false: no single column or row can be named (VT100)
 */
export function cursorMove(from: Place | null, to: Place, absolute: boolean): string {
  if (from !== null && from.x === to.x && from.y === to.y) return ''
  if (from === null) return home(to)
  // No jump is shorter.
  if (from.y === to.y) return across(from.x, to, absolute)
  let best = home(to)
  if (absolute) best = shorter(best, `\x1b[${to.y + 1}d${across(from.x, to, absolute)}`)
  if (to.y > from.y && to.y - from.y <= 3) {
    best = shorter(best, '\r'.concat('\n'.repeat(to.y - from.y), across(0, to, absolute)))
  }
  return best
}

function home({ x, y }: Place): string {
  if (x > 0) return `\x1b[${y + 1};${x + 1}H`
  return y > 0 ? `\x1b[${y + 1}H` : '\x1b[H'
}

/** Within a row. */
function across(fromX: number, { x }: Place, absolute: boolean): string {
  if (x === fromX) return ''
  // Neither the way from the first column nor a number is shorter.
  if (x > fromX) return right(x - fromX)
  if (x === 0) return '\r'
  if (fromX - x < 4) return '\b'.repeat(fromX - x)
  const fromFirst = `\r${right(x)}`
  return absolute ? shorter(fromFirst, `\x1b[${x + 1}G`) : fromFirst
}

function right(cells: number): string {
  if (cells === 0) return ''
  return cells === 1 ? '\x1b[C' : `\x1b[${cells}C`
}

/** The first of two of one length. */
function shorter(one: string, other: string): string {
  return other.length < one.length ? other : one
}
