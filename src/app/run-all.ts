import { isInaError } from '../util/errors.ts'

/**
 * Runs every step in order, whatever the ones before it threw, so that the end of
 * a run gives back the terminal and writes the summary in any case. A failure that
 * several steps meet, such as a full disk, counts once.
 *
 * @throws the failure, when all steps are done; an AggregateError where there are several
 */
export async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      if (!failures.some((each) => isSameFailure(each, error))) failures.push(error)
    }
  }
  if (failures.length > 1) throw new AggregateError(failures)
  if (failures.length > 0) throw failures[0]
}

function isSameFailure(one: unknown, other: unknown): boolean {
  if (!isInaError(one) || !isInaError(other)) return one === other
  return one.code === other.code && one.message === other.message
}
