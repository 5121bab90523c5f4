import { colourOf, type Style, THEMES, type Theme, type ThemeChoice } from './themes.ts'

/**
 * Style sheet of a picture: `page` and `text`, and a class for each of the styles.
 * `auto` is light, and dark where the page is (`prefers-color-scheme`); a viewer that knows no
 * such question shows the light one.
 */
export function pageStyle(choice: ThemeChoice, styles: readonly Style[]): string {
  if (choice !== 'auto') return rules(THEMES[choice], styles)
  const [light, dark] = [rules(THEMES.light, styles), rules(THEMES.dark, styles)]
  return `${light}@media (prefers-color-scheme:dark){${dark}}`
}

function rules(theme: Theme, styles: readonly Style[]): string {
  const { background, text } = theme.page
  const coloured = styles.map((style) => {
    const colour = colourOf(theme, style) ?? text
    return `.${style}{fill:${colour}}.stroke-${style}{stroke:${colour}}`
  })
  return `.page{fill:${background}}.text{fill:${text}}${coloured.join('')}`
}
