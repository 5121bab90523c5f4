import type { ChalkInstance } from 'chalk'
import type { ColourRole } from '../domain/channels.ts'

type Style = (text: string) => string

export interface Colour {
  readonly bold: Style
  readonly dim: Style
  readonly red: Style
  readonly green: Style
  /** What stands in front of an error. */
  readonly error: Style
  /** Of a channel, wherever it is drawn. */
  readonly channel: (role: ColourRole) => Style
}

/** Loaded only where something is coloured: a pipe pays nothing for it. */
let chalk: ChalkInstance | null = null

function styled(style: (chalk: ChalkInstance) => Style): Style {
  return (text) => (chalk === null ? text : style(chalk)(text))
}

/**
 * Channels keep clear of red, which marks what is lost. No meaning hangs on the
 * colour alone: each curve has its own axis with a unit.
 */
const CHANNELS: Readonly<Record<ColourRole, Style>> = {
  voltage: styled(({ cyan }) => cyan),
  current: styled(({ yellow }) => yellow),
  power: styled(({ magenta }) => magenta),
  extra0: styled(({ green }) => green),
  extra1: styled(({ blue }) => blue),
  extra2: styled(({ cyanBright }) => cyanBright),
  extra3: styled(({ yellowBright }) => yellowBright),
  extra4: styled(({ magentaBright }) => magentaBright),
  extra5: styled(({ greenBright }) => greenBright),
  extra6: styled(({ blueBright }) => blueBright),
  extra7: styled(({ white }) => white),
}

/** The 16 colours of every terminal, as the user has chosen them; text as it is until they are loaded. */
export const COLOURED: Colour = {
  bold: styled(({ bold }) => bold),
  dim: styled(({ dim }) => dim),
  red: styled(({ red }) => red),
  green: styled(({ green }) => green),
  error: styled(({ red }) => red.bold),
  channel: (role) => CHANNELS[role],
}

const asItIs: Style = (text) => text

export const PLAIN: Colour = {
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  green: asItIs,
  error: asItIs,
  channel: () => asItIs,
}

/** Has the colours at hand where one of the streams shows them. */
export async function loadColours(
  streams: readonly { readonly isTTY?: boolean }[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (!streams.some((stream) => hasColour(stream, env))) return
  const { Chalk } = await import('chalk')
  chalk = new Chalk({ level: 1 })
}

/**
 * Whether text for that stream may be coloured: on a terminal only, unless
 * NO_COLOR (https://no-color.org) or FORCE_COLOR say otherwise, in that order;
 * empty ones say nothing.
 */
export function hasColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return stream.isTTY === true && TERM !== 'dumb'
}

export function colourFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Colour {
  return hasColour(stream, env) ? COLOURED : PLAIN
}
