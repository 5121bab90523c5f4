import { THEMES, type ThemeName } from '../../../theme/themes.ts'
import type { ThemeWish } from '../model/store.ts'

/** The theme of the terminal that suits the page: as the user wishes, else as the system has it. */
export function themeFor(wish: ThemeWish, isDark: boolean, isContrast: boolean): ThemeName {
  const ground = wish === 'auto' ? (isDark ? 'dark' : 'light') : wish
  if (!isContrast) return ground
  return ground === 'dark' ? 'contrast' : 'contrast-light'
}

/** Gives the style sheet the terminal's colours: `--voltage`, `--warn`, `--ground`, `--text`. */
export function applyTheme(name: ThemeName): void {
  const { ground, colours, page } = THEMES[name]
  const root = document.documentElement
  root.dataset['theme'] = ground
  for (const [role, colour] of Object.entries(colours ?? {})) {
    root.style.setProperty(`--${role}`, colour)
  }
  root.style.setProperty('--ground', page.background)
  root.style.setProperty('--text', page.text)
}

/** A colour of the style sheet, for a canvas. */
export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
