const cleanups: (() => void)[] = []

/** Of what a test has started: called after it, the newest first. */
export function afterThisTest(cleanup: () => void): void {
  cleanups.push(cleanup)
}

export function cleanUp(): void {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
}
