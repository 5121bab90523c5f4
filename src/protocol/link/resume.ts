import type { HelloFrame } from '../frames.ts'

/** A run of a device that the log knows: which one it is, and where it left off. */
export interface ResumePoint {
  /** Label of the device in the log. */
  readonly name: string
  /** null: the device said none, so that it can't be known again */
  readonly boot: number | null
  readonly lastSeq: number
  /** Higher for a later run. */
  readonly order: number
}

export interface ResumeOptions {
  /**
   * Runs that the log knows. Where there are any and the link is duplex, samples
   * wait for a `hello`, which may go on with one of them.
   */
  readonly resumePoints: readonly ResumePoint[]
  /** Labels under which the log may know this device. */
  readonly names: readonly string[]
  /** True: the name that it says in its `hello` is one of them, too. */
  readonly takesOwnName: boolean
}

/** The newest run of the boot that said `hello`, under one of the device's names; null: none. */
export function resumePointOf(
  { name, boot }: HelloFrame,
  { resumePoints, names, takesOwnName }: ResumeOptions,
): ResumePoint | null {
  if (boot === null) return null
  let newest: ResumePoint | null = null
  for (const point of resumePoints) {
    const isOurs = names.includes(point.name) || (takesOwnName && point.name === name)
    if (!isOurs || point.boot !== boot) continue
    if (newest === null || point.order > newest.order) newest = point
  }
  return newest
}
