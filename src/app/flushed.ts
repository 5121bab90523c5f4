/** How long a terminal or pipe has to take what was written to it at the end. */
const PATIENCE_MS = 2000

/** Resolves when the streams have been taken off our hands, or nobody takes them. */
export async function flushed(streams: readonly NodeJS.WriteStream[]): Promise<void> {
  // What failed at once is reported a turn later.
  await new Promise((resolve) => setImmediate(resolve))
  const waits = streams
    .filter((stream) => stream.writableLength > 0 && !stream.destroyed)
    .map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve())))
  if (waits.length === 0) return
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS)
  })
  await Promise.race([Promise.all(waits), patience])
  clearTimeout(timer)
}
