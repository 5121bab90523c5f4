import type { MouseReport } from '../view/pointer.ts'

const SGR = /^\x1b\[<(\d{1,5});(\d{1,5});(\d{1,5})([Mm])$/
/** X10: three bytes above 32, so that no cell beyond 223 can be said. */
const X10 = /^\x1b\[M([\s\S])([\s\S])([\s\S])$/

const MOTION = 32
const WHEEL = 64
/** Further buttons, 8 to 11: nothing here is bound to them. */
const EXTRA = 128
const BUTTONS = ['left', 'middle', 'right', 'unknown'] as const

/**
 * Reads one control sequence of a terminal in mouse mode (xterm's ctlseqs, "Mouse Tracking"):
 * SGR coordinates, and those of terminals that know no SGR.
 *
 * @returns null: it is none
 */
export function mouseReport(sequence: string): MouseReport | null {
  const sgr = SGR.exec(sequence)
  if (sgr !== null) {
    const [code, x, y] = [Number(sgr[1]), Number(sgr[2]), Number(sgr[3])]
    return report(code, x - 1, y - 1, sgr[4] === 'm')
  }
  const x10 = X10.exec(sequence)
  if (x10 === null) return null
  const [code = 0, x = 0, y = 0] = x10.slice(1).map((char) => char.charCodeAt(0) - 32)
  return report(code, x - 1, y - 1, (code & (WHEEL | 3)) === 3)
}

function report(code: number, x: number, y: number, isRelease: boolean): MouseReport | null {
  if (x < 0 || y < 0 || (code & EXTRA) !== 0) return null
  if ((code & WHEEL) !== 0) {
    // 2 and 3 are a wheel to the side.
    if ((code & 3) > 1 || isRelease) return null
    return { kind: (code & 1) === 0 ? 'wheel_up' : 'wheel_down', button: 'unknown', x, y }
  }
  const button = BUTTONS[code & 3] ?? 'unknown'
  if (isRelease) return { kind: 'release', button, x, y }
  return { kind: (code & MOTION) === 0 ? 'press' : 'drag', button, x, y }
}
