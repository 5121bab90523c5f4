/**
 * Characters that are not one UTF-16 unit and one cell, in lines whose width is their length. Such a
 * character is lent a unit of Unicode's private use area, which text from outside never gets through to a
 * line (`cellText`); where it is two cells wide, another unit stands for its right half. So whatever pads,
 * cuts and joins text counts cells without knowing of any of this.
 */

const FIRST = 0xe000
/** Behind the last unit that is lent. */
const END = 0xf8ff
const RIGHT_HALF = String.fromCharCode(END)

interface Lent {
  readonly text: string
  readonly isWide: boolean
}

/** In the order of their units. Names, notes and paths are few; a flood of different characters ends at the last unit. */
const lent: Lent[] = []
const unitOf = new Map<string, string>()

/**
 * What stands for a character with its marks in a line: as many units as it is wide.
 *
 * @returns null: there is no unit left
 */
export function unitsFor(text: string, isWide: boolean): string | null {
  let unit = unitOf.get(text)
  if (unit === undefined) {
    if (FIRST + lent.length >= END) return null
    unit = String.fromCharCode(FIRST + lent.length)
    lent.push({ text, isWide })
    unitOf.set(text, unit)
  }
  return isWide ? unit + RIGHT_HALF : unit
}

/** Whether each unit of a text of a line is what is in its cell. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= FIRST && code <= END) return false
  }
  return true
}

/**
 * What is in each cell of a text of a line; the right half of a wide character is empty. Half a wide
 * character, as cutting leaves it, is a blank.
 */
export function cellsOf(text: string): string[] {
  const cells: string[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charAt(i)
    if (unit < '\ue000' || unit > RIGHT_HALF) {
      cells.push(unit)
      continue
    }
    const own = lent[unit.charCodeAt(0) - FIRST]
    if (own === undefined) cells.push(' ')
    else if (!own.isWide) cells.push(own.text)
    else if (text.charAt(i + 1) !== RIGHT_HALF) cells.push(' ')
    else {
      cells.push(own.text, '')
      i++
    }
  }
  return cells
}
