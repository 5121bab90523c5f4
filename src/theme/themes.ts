import type { ColourRole } from '../domain/channels.ts'
import type { Rgb } from './rgb.ts'

/** What a piece of text means; the theme decides how it looks. */
export type Style = ColourRole | Meaning | 'plain' | 'bold' | 'invert'
/** What has a colour beside the channels. */
export type Meaning = (typeof MEANINGS)[number]
const MEANINGS = ['dim', 'good', 'warn', 'bad', 'remark'] as const

export const COLOUR_ROLES: readonly ColourRole[] = [
  ...(['voltage', 'current', 'power'] as const),
  ...(['extra0', 'extra1', 'extra2', 'extra3'] as const),
  ...(['extra4', 'extra5', 'extra6', 'extra7'] as const),
]
/** All, each at a place that stays. */
export const STYLES: readonly Style[] = [...COLOUR_ROLES, ...MEANINGS, 'plain', 'bold', 'invert']

export type ThemeName = (typeof THEME_NAMES)[number]
export const THEME_NAMES = ['dark', 'light', 'contrast', 'contrast-light', 'mono'] as const
/** `auto`: dark or light, as the background of the terminal is. */
export const THEME_CHOICES = ['auto', ...THEME_NAMES] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]

type Coloured = ColourRole | Meaning

/** Colours for one kind of background. What is not in it is the terminal's own. */
export interface Theme {
  readonly ground: 'dark' | 'light'
  /** null: no colours at all; weight and inversion alone tell things apart. */
  readonly colours: Readonly<Record<Coloured, Rgb>> | null
  /** Of a page, where the theme is drawn as a picture. */
  readonly page: { readonly background: Rgb; readonly text: Rgb }
}

/** Beside its colour. */
export const WEIGHT: Readonly<Partial<Record<Style, { bold?: true; inverse?: true }>>> = {
  bold: { bold: true },
  warn: { bold: true },
  bad: { bold: true, inverse: true },
  invert: { inverse: true },
}

/**
 * Blue, orange and reddish purple for V, A and W (after Okabe and Ito), so far apart that they
 * stay so with protanopia and deuteranopia (simulated after Machado et al. 2009): 30 or more in
 * CIE Lab in each theme. The extra channels have what is then farthest from these, from each
 * other and from the meanings, found by search: 12 or more. Text has the contrast that WCAG 2.2 asks
 * for on the usual backgrounds, 4.5, in the high-contrast themes 7. test/unit/themes.test.ts
 * computes all of it. No meaning hangs on a colour alone: each has a letter, a word or a
 * place beside it.
 *
 * Nearly all are colours of the 256-colour palette, which are the same in true
 * colour and take fewer bytes.
 */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  dark: {
    ground: 'dark',
    page: { background: '#12161c', text: '#d8dee9' },
    colours: {
      voltage: '#5fafff',
      current: '#ffaf00',
      power: '#ff87af',
      extra0: '#afffaf',
      extra1: '#af875f',
      extra2: '#0087ff',
      extra3: '#d7af5f',
      extra4: '#af8700',
      extra5: '#5fd7ff',
      extra6: '#00ffd7',
      extra7: '#d7ff87',
      dim: '#8a8a8a',
      good: '#5fd787',
      warn: '#ffff5f',
      bad: '#ff5f5f',
      remark: '#00ffff',
    },
  },
  light: {
    ground: 'light',
    page: { background: '#ffffff', text: '#1c1c1c' },
    colours: {
      voltage: '#005fff',
      current: '#875f00',
      power: '#87005f',
      extra0: '#875faf',
      extra1: '#0000af',
      extra2: '#0000ff',
      extra3: '#262626',
      extra4: '#005fd7',
      extra5: '#5f5f87',
      extra6: '#8700af',
      extra7: '#870087',
      dim: '#6c6c6c',
      good: '#005f00',
      warn: '#870000',
      bad: '#d70000',
      remark: '#005f5f',
    },
  },
  contrast: {
    ground: 'dark',
    page: { background: '#000000', text: '#ffffff' },
    colours: {
      voltage: '#5fafff',
      current: '#ffaf00',
      power: '#ff87af',
      extra0: '#ffffaf',
      extra1: '#d7ff5f',
      extra2: '#5fd7ff',
      extra3: '#afaf5f',
      extra4: '#5fffd7',
      extra5: '#afaf87',
      extra6: '#d7d787',
      extra7: '#d7ff87',
      dim: '#b2b2b2',
      good: '#5fff87',
      warn: '#ffff00',
      bad: '#ffafaf',
      remark: '#00ffff',
    },
  },
  'contrast-light': {
    ground: 'light',
    page: { background: '#ffffff', text: '#000000' },
    colours: {
      voltage: '#0000ff',
      current: '#774400',
      power: '#770044',
      extra0: '#0044aa',
      extra1: '#225588',
      extra2: '#222222',
      extra3: '#001199',
      extra4: '#883333',
      extra5: '#0011cc',
      extra6: '#002255',
      extra7: '#0044cc',
      dim: '#4e4e4e',
      good: '#004400',
      warn: '#660000',
      bad: '#990000',
      remark: '#005566',
    },
  },
  mono: { ground: 'dark', page: { background: '#12161c', text: '#d8dee9' }, colours: null },
}

/**
 * Of the 16 colours that a terminal's user may have chosen, one for each, so that no two
 * coincide; `bad` is told from `warn` by its inversion. On the consoles of 8 colours the upper
 * ones are the lower ones in bold.
 */
export const SIXTEEN: Readonly<Record<Theme['ground'], Readonly<Record<Coloured, number>>>> = {
  dark: {
    voltage: 14,
    current: 11,
    power: 13,
    extra0: 10,
    extra1: 12,
    extra2: 5,
    extra3: 3,
    extra4: 1,
    extra5: 4,
    extra6: 15,
    extra7: 7,
    dim: 8,
    good: 2,
    warn: 9,
    bad: 9,
    remark: 6,
  },
  light: {
    voltage: 4,
    current: 3,
    power: 5,
    extra0: 12,
    extra1: 13,
    extra2: 10,
    extra3: 0,
    extra4: 1,
    extra5: 14,
    extra6: 11,
    extra7: 7,
    dim: 8,
    good: 2,
    warn: 9,
    bad: 9,
    remark: 6,
  },
}

/** @param ground of the terminal, as far as it is known */
export function themeFor(choice: ThemeChoice, ground: Theme['ground']): ThemeName {
  return choice === 'auto' ? ground : choice
}

export function colourOf(theme: Theme, style: Style): Rgb | null {
  return theme.colours?.[style as Coloured] ?? null
}
