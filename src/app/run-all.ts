/**
 * Runs every step in order, whatever the ones before it threw, so that the end of
 * a run gives back the terminal and writes the summary in any case.
 *
 * @throws the failure, when all steps are done; an AggregateError where there are several
 */
export async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 1) throw new AggregateError(failures)
  if (failures.length > 0) throw failures[0]
}
