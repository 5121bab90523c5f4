/** Waits that poll a condition, so that a test is as quick as the machine; never a fixed pause. */

/** Between two looks, ms. */
const POLL_MS = 5

/** Waits until something holds. @returns false: not within the deadline */
export async function within(
  deadlineMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const endMs = performance.now() + deadlineMs
  while (!(await holds())) {
    if (performance.now() > endMs) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return true
}

/** The same; the test fails at the deadline. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 45_000,
): Promise<void> {
  if (await within(deadlineMs, holds)) return
  throw new Error(`still not after ${deadlineMs} ms: ${what}`)
}
