import { groundOfAnswer, groundOfEnvironment } from '../theme/ground.ts'
import { THEMES, type Theme, type ThemeChoice, type ThemeName, themeFor } from '../theme/themes.ts'
import { type Capabilities, capabilitiesOf } from './terminal/capabilities.ts'
import type { Palette } from './terminal/rendition.ts'
import { themePalette } from './terminal/theme-palette.ts'
import { type Look, lookOf } from './view/look.ts'

/** The theme in use, and what this terminal can show of it. */
export class Appearance {
  readonly capabilities: Capabilities
  /** Of the terminal, as far as it says. */
  #ground: Theme['ground']
  #choice: ThemeChoice
  #look: Look

  /** @param ascii printable ASCII only, whatever the terminal could do */
  constructor(env: NodeJS.ProcessEnv, ascii: boolean, choice: ThemeChoice) {
    this.capabilities = capabilitiesOf(env, ascii)
    this.#ground = groundOfEnvironment(env['COLORFGBG']) ?? 'dark'
    this.#choice = choice
    this.#look = this.#lookNow()
  }

  get ground(): Theme['ground'] {
    return this.#ground
  }

  get hasColours(): boolean {
    return this.capabilities.colours !== 'none'
  }

  get themeName(): ThemeName {
    return themeFor(this.#choice, this.#ground)
  }

  get look(): Look {
    return this.#look
  }

  get palette(): Palette {
    return themePalette(THEMES[this.themeName], this.capabilities.colours)
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    this.#look = this.#lookNow()
  }

  /**
   * Takes what the terminal says about its background.
   *
   * @returns whether it is another one than was thought
   */
  hear(answer: string): boolean {
    const ground = groundOfAnswer(answer)
    if (ground === null || ground === this.#ground) return false
    this.#ground = ground
    this.#look = this.#lookNow()
    return true
  }

  /** Without colours, lines and areas differ by how they are drawn. */
  #lookNow(): Look {
    const { ascii } = this.capabilities
    return lookOf({ ascii, colour: this.hasColours && THEMES[this.themeName].colours !== null })
  }
}
