import { labelWithSource } from '../../domain/label.ts'
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
   * Runs that the log knows and no other device goes on with: asked at the start and at the
   * `hello`, since other devices may have taken theirs meanwhile. Where there are any and the
   * link is duplex, samples wait for a `hello`, which may go on with one of them.
   */
  readonly resumePoints: () => readonly ResumePoint[]
  /** Labels under which the log may know this device. */
  readonly names: readonly string[]
  /** Where the device is; part of its label where another one has its name, too. */
  readonly source: string
  /** True: the name that it says in its `hello` is one of them, too. */
  readonly takesOwnName: boolean
}

/**
 * The newest run of the boot that said `hello`, under one of the device's names; null:
 * none. One whose label names the source is no other device's.
 */
export function resumePointOf(
  { name, boot }: HelloFrame,
  { resumePoints, names, source, takesOwnName }: ResumeOptions,
): ResumePoint | null {
  if (boot === null) return null
  const ofBoot = resumePoints().filter((point) => point.boot === boot)
  const ownName = takesOwnName ? name : null
  if (ownName !== null) {
    const label = labelWithSource(ownName, source)
    const here = newest(ofBoot.filter((point) => point.name === label))
    if (here !== null) return here
  }
  return newest(ofBoot.filter((point) => names.includes(point.name) || point.name === ownName))
}

function newest(points: readonly ResumePoint[]): ResumePoint | null {
  return points.reduce<ResumePoint | null>(
    (found, point) => (found === null || point.order > found.order ? point : found),
    null,
  )
}
