import type { Sign } from '../../chart/trace.ts'
import type { Glyphs } from './look.ts'
import type { Style } from './styled.ts'

/** How something that is said of a moment looks below the chart. */
interface SignLook {
  readonly sign: Sign
  readonly glyph: keyof Glyphs
  readonly style: Style
  readonly meaning: string
}

/** Of several in one cell, the first of these is shown: what is rare before what may be anywhere. */
export const SIGNS: readonly SignLook[] = [
  { sign: 'marker', glyph: 'marker', style: 'invert', meaning: 'a mark that was set' },
  { sign: 'restart', glyph: 'restart', style: 'bold', meaning: 'the device restarted' },
  {
    sign: 'unmeasured',
    glyph: 'unmeasured',
    style: 'bad',
    meaning: 'samples came that could not be measured',
  },
  { sign: 'lost', glyph: 'gap', style: 'warn', meaning: 'samples are missing' },
  {
    sign: 'absent',
    glyph: 'absent',
    style: 'plain',
    meaning: 'nothing was recorded',
  },
  { sign: 'outlier', glyph: 'mark', style: 'remark', meaning: 'a value stood out' },
]
