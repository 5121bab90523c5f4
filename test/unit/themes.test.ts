import { describe, expect, it } from 'vitest'
import { groundOfAnswer, groundOfEnvironment } from '../../src/theme/ground.ts'
import { contrast, nearestInPalette, paletteColour, type Rgb } from '../../src/theme/rgb.ts'
import {
  COLOUR_ROLES,
  colourOf,
  STYLES,
  type Style,
  THEME_NAMES,
  THEMES,
  type Theme,
  type ThemeName,
} from '../../src/theme/themes.ts'
import { capabilitiesOf } from '../../src/tui/terminal/capabilities.ts'
import { FLAG } from '../../src/tui/terminal/rendition.ts'
import { attributeOf, renditionOf, styleOf } from '../../src/tui/terminal/theme-palette.ts'
import { leastDistance } from '../support/colour-vision.ts'

/** Backgrounds as they are in use: black, VS Code's and Ubuntu's; white and Solarized's. */
const GROUNDS: Readonly<Record<Theme['ground'], readonly Rgb[]>> = {
  dark: ['#000000', '#1e1e1e', '#300a24'],
  light: ['#ffffff', '#fdf6e3'],
}
const COLOURED = THEME_NAMES.filter((name) => THEMES[name].colours !== null)
const MEANT = STYLES.filter((style) => colourOf(THEMES.dark, style) !== null)

function colour(name: ThemeName, style: Style): Rgb {
  const found = colourOf(THEMES[name], style)
  if (found === null) throw new Error(`${name} has no ${style}`)
  return found
}

/** What the terminal shows of it where it has the 256-colour palette alone. */
function reduced(rgb: Rgb): Rgb {
  return paletteColour(nearestInPalette(rgb))
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((one, i) => all.slice(i + 1).map((other): [T, T] => [one, other]))
}

describe.each(COLOURED)('theme %s', (name) => {
  const theme = THEMES[name]
  const asked = name.startsWith('contrast') ? 7 : 4.5

  it('has the contrast that text is asked for, in true colour and in 256', () => {
    const grounds = [...GROUNDS[theme.ground], theme.page.background]
    for (const style of MEANT) {
      for (const ground of grounds) {
        const rgb = colour(name, style)
        expect([style, ground, contrast(rgb, ground) >= asked]).toEqual([style, ground, true])
        expect([style, ground, contrast(reduced(rgb), ground) >= 4.5]).toEqual([
          style,
          ground,
          true,
        ])
      }
    }
    expect(contrast(theme.page.text, theme.page.background)).toBeGreaterThan(7)
  })

  it('keeps V, A and W apart, also for the colour-blind', () => {
    const main = ['voltage', 'current', 'power'] as const
    for (const [one, other] of pairs(main)) {
      const [a, b] = [colour(name, one), colour(name, other)]
      expect([one, other, leastDistance(a, b) >= 30]).toEqual([one, other, true])
      expect([one, other, leastDistance(reduced(a), reduced(b)) >= 30]).toEqual([one, other, true])
    }
  })

  it('keeps the extra channels apart', () => {
    for (const [one, other] of pairs(COLOUR_ROLES)) {
      const distance = leastDistance(colour(name, one), colour(name, other))
      expect([one, other, distance >= 12]).toEqual([one, other, true])
    }
  })

  it.each(['true', '256', '16', '8'] as const)('has no two meanings alike in %s', (depth) => {
    const looks = MEANT.map((style) => {
      const { flags, foreground } = renditionOf(style, theme, depth)
      // Bold alone tells nothing: many terminals show it as brighter, some not at all.
      const isBright = depth === '8' && (flags & FLAG.bold) !== 0
      return `${foreground} ${flags & FLAG.inverse} ${isBright}`
    })
    expect(new Set(looks).size).toBe(MEANT.length)
    for (const style of MEANT) {
      const { foreground } = renditionOf(style, theme, depth)
      const form = { true: /^38;[25];/, 256: /^38;5;/, 16: /^[39][0-7]$/, 8: /^3[0-7]$/ }[depth]
      expect(foreground).toMatch(form)
    }
  })
})

describe('themes', () => {
  it('without colours keep bold and inverse', () => {
    for (const style of STYLES) {
      const without = renditionOf(style, THEMES.dark, 'none')
      expect(without).toEqual(renditionOf(style, THEMES.mono, 'true'))
      expect(without.foreground + without.background).toBe('')
    }
    expect(renditionOf('bad', THEMES.mono, 'true').flags).toBe(FLAG.bold | FLAG.inverse)
  })

  it('are found again in the attributes of cells', () => {
    for (const style of STYLES) expect(styleOf(attributeOf(style))).toBe(style)
    // As blessed fills empty cells.
    expect(attributeOf('plain')).toBe((0x1ff << 9) | 0x1ff)
  })

  it('know the 256-colour palette', () => {
    expect([16, 75, 214, 231, 232, 255].map(paletteColour)).toEqual([
      '#000000',
      '#5fafff',
      '#ffaf00',
      '#ffffff',
      '#080808',
      '#eeeeee',
    ])
    expect(nearestInPalette('#5fafff')).toBe(75)
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  })
})

describe('the background', () => {
  it.each([
    ['\x1b]11;rgb:0000/0000/0000\x07', 'dark'],
    ['\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\', 'dark'],
    ['\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\', 'light'],
    ['\x1b]11;rgb:ff/ff/ff\x07', 'light'],
    ['\x1b]11;rgba:ffff/ffff/ffff/8000\x07', 'light'],
    ['\x1b]11;rgb:7/7/7\x07', 'light'],
    ['\x1b]11;?\x07', null],
    ['', null],
  ])('of the answer %j is %s', (answer, ground) => {
    expect(groundOfAnswer(answer)).toBe(ground)
  })

  it.each([
    ['15;0', 'dark'],
    ['0;15', 'light'],
    ['0;default;15', 'light'],
    ['12;8', 'dark'],
    ['0;7', 'light'],
    ['15;default', null],
    ['', null],
    [undefined, null],
  ])('of COLORFGBG=%s is %s', (text, ground) => {
    expect(groundOfEnvironment(text)).toBe(ground)
  })
})

describe('colours', () => {
  it.each([
    [{}, '256'],
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'true'],
    [{ TERM: 'alacritty', COLORTERM: '24bit' }, 'true'],
    [{ TERM: 'xterm-kitty' }, '256'],
    [{ TERM: 'xterm-direct' }, 'true'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'screen' }, '16'],
    [{ TERM: 'screen', TMUX: '/tmp/tmux-1000/default,1,0' }, '256'],
    [{ TERM: 'tmux-256color', TMUX: 'x', COLORTERM: 'truecolor' }, 'true'],
    [{ TERM: 'screen.xterm-256color', STY: '1.pts', COLORTERM: 'truecolor' }, '256'],
    [{ TERM: 'linux', COLORTERM: 'truecolor' }, '8'],
    [{ TERM: 'ansi' }, '8'],
    [{ TERM: 'vt220' }, 'none'],
    [{ OS: 'Windows_NT' }, 'true'],
    [{ TERM: 'xterm-256color', WT_SESSION: 'x' }, 'true'],
    [{ NO_COLOR: '1', COLORTERM: 'truecolor' }, 'none'],
    [{ NO_COLOR: '' }, '256'],
  ])('of %j are %s', (env, colours) => {
    expect(capabilitiesOf(env, false).colours).toBe(colours)
  })

  it.each([
    [{}, true],
    [{ TERM: 'tmux-256color', TMUX: 'x' }, true],
    [{ TERM: 'screen-256color', TMUX: 'x' }, true],
    [{ TERM: 'screen-256color' }, false],
    [{ TERM: 'xterm-256color', STY: '1.pts' }, false],
    [{ TERM: 'linux' }, false],
    [{ NO_COLOR: '1' }, false],
  ])('of %j: whether the background is asked for is %s', (env, tellsBackground) => {
    expect(capabilitiesOf(env, false).tellsBackground).toBe(tellsBackground)
  })
})
