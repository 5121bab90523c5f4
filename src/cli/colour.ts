import { Chalk, type ChalkInstance } from 'chalk'

export type Colour = ChalkInstance

/** The 16 colours of every terminal, as the user has chosen them. */
export const COLOURED: Colour = new Chalk({ level: 1 })
/** Text as it is. */
export const PLAIN: Colour = new Chalk({ level: 0 })

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
