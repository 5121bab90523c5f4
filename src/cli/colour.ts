import type { ChalkInstance } from 'chalk'

type Style = (text: string) => string

export interface Colour {
  readonly bold: Style
  readonly dim: Style
  readonly red: Style
  readonly green: Style
  /** What stands in front of an error. */
  readonly error: Style
}

/** Loaded only where something is coloured: a pipe pays nothing for it. */
let chalk: ChalkInstance | null = null

function styled(style: (chalk: ChalkInstance) => Style): Style {
  return (text) => (chalk === null ? text : style(chalk)(text))
}

/** The 16 colours of every terminal, as the user has chosen them; text as it is until they are loaded. */
export const COLOURED: Colour = {
  bold: styled(({ bold }) => bold),
  dim: styled(({ dim }) => dim),
  red: styled(({ red }) => red),
  green: styled(({ green }) => green),
  error: styled(({ red }) => red.bold),
}

/** Text as it is. */
export const PLAIN: Colour = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  error: (text) => text,
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
