import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * `spill`: samples that flow back into the log by themselves. `rejected`: records that the log
 * did not take. `replaced`: an earlier log, which another file took the place of. `old_journal`: the
 * last commits of a log that was moved or deleted.
 */
export type LeftoverKind = 'spill' | 'rejected' | 'replaced' | 'old_journal'

/** A file beside a log that holds what is not in it (docs/log.md). */
export interface Leftover {
  readonly path: string
  readonly kind: LeftoverKind
}

/** By what stands behind the name of the log. */
const KINDS: readonly (readonly [RegExp, LeftoverKind])[] = [
  [/^\.spill\.csv$/, 'spill'],
  [/^\.rejected-\d+$/, 'rejected'],
  [/^\.replaced-\d+$/, 'replaced'],
  [/^-(?:wal|journal)\.old-\d+$/, 'old_journal'],
]

/** What the writer has left beside a log, by name; nothing where the folder can't be read. */
export function leftoversOf(file: string): Leftover[] {
  const name = basename(file)
  return namesIn(dirname(file))
    .toSorted()
    .flatMap((each): Leftover[] => {
      if (!each.startsWith(name)) return []
      const rest = each.slice(name.length)
      const kind = KINDS.find(([pattern]) => pattern.test(rest))?.[1]
      return kind === undefined ? [] : [{ path: join(dirname(file), each), kind }]
    })
}

/** Where samples wait that the log can't take. */
export function spillPath(file: string): string {
  return `${file}.spill.csv`
}

/** Those that hold records as text, whose samples can be brought in. */
export function textLeftovers(leftovers: readonly Leftover[]): Leftover[] {
  return leftovers.filter(({ kind }) => kind === 'spill' || kind === 'rejected')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
