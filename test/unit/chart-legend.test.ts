import { describe, expect, it } from 'vitest'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const points = Array.from({ length: 62 }, (_, slot) => ({ slot, values: electric(5, 1) }))
const trace = traceOf(62, points)

function panel(
  changes: Partial<ViewState> = {},
  { ascii = true, colour = true, height = 11 } = {},
): { readonly lines: string[]; readonly at: readonly string[] } {
  const view = { ...INITIAL_VIEW, ...changes }
  const area = { width: 80, height, look: lookOf({ ascii, colour }) }
  const lines = chartPanel({ snapshot: sampleSnapshot(), trace, view }, area).lines.map(lineText)
  const cells = chartPanel({ snapshot: sampleSnapshot(), trace, view }, area).legend
  const at = cells.map(({ target, x, y, width }) => {
    return `${'channel' in target ? target.channel : target.kind}: ${lines[y]?.slice(x, x + width)}`
  })
  return { lines, at }
}

describe('the legend of the chart', () => {
  it('says where each letter stands, in the title and at the edge', () => {
    const { lines, at } = panel()
    expect(lines[0]).toContain(' 60 s overlay  V A W -')
    expect(at).toEqual(['v: V', 'a: A', 'w: W', 'v: V', 'a: A', 'w: W'])
    expect(panel({}, { height: 20 }).at).toEqual(at)
  })

  it('has a hidden curve in brackets, which the chart leaves out', () => {
    const { lines, at } = panel({ hidden: ['a'] })
    expect(lines[0]).toContain(' V (A) W -')
    expect(at).toEqual(['v: V', 'a: (A)', 'w: W', 'v: V', 'w: W'])
    expect(lines.slice(1, -1).join('')).not.toMatch(/a/)
    expect(panel({ hidden: ['a'] }, { height: 20 }).lines.join('')).not.toMatch(/ A /)
  })

  it('says so when all are hidden, and still has their letters', () => {
    const { lines, at } = panel({ hidden: ['v', 'a', 'w'] })
    expect(lines.join('\n')).toContain('all curves are hidden')
    expect(at).toEqual(['v: (V)', 'a: (A)', 'w: (W)'])
  })

  it('names the styles of the lines where there are no colours', () => {
    const none = { ascii: false, colour: false }
    const { lines } = panel({}, none)
    expect(lines[0]).toContain(' V ⠤⠤⠤ A ⠄⠄⠄ W ⠤⠤⠤⠀⠤ ─')
    const row = (letter: string): string => {
      const edge = lines[0]?.indexOf('┐') ?? 0
      const line = lines.slice(1, -1).find((each) => each[edge] === letter) ?? ''
      return line.slice(20, 40)
    }
    expect(row('V')).toBe('⣀'.repeat(20))
    expect(row('A')).toBe('⢀'.repeat(20))
    expect(row('W')).toMatch(/^⣀{0,3}(?: ⣀{3})+ ?⣀{0,2}$/)
    // With a strip each they need none.
    expect(panel({}, { ...none, height: 20 }).lines[0]).toContain(' V A W ─')
  })
})
