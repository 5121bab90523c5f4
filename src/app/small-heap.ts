import { setFlagsFromString } from 'node:v8'
import type { Worker } from 'node:worker_threads'

/**
 * Node 20 to 24 (V8 11.3 to 13.6), where these were tried. V8 reads them whenever it decides how far
 * a heap may grow; one that it does not know would be reported on stderr.
 */
const TRIED = { from: 20, to: 24 }
/**
 * The young generation stays as it is (2 MB at the start), instead of growing to 32 MB
 * with the garbage of pictures; the old one is collected when it has grown by 30 %, instead
 * of by 8 MB at least and as much again as is in use at most, and in small steps.
 */
const FLAGS: readonly (readonly [set: string, back: string])[] = [
  ['--semi-space-growth-factor=1', '--semi-space-growth-factor=2'],
  ['--heap-growing-percent=30', '--heap-growing-percent=0'],
  ['--optimize-for-size', '--no-optimize-for-size'],
  // The one above brings it about.
  ['--max-semi-space-size=1', '--max-semi-space-size=0'],
  // What ran at the start, and since then not once, is compiled again where it is wanted after all.
  ['--bytecode-old-age=1', '--bytecode-old-age=5'],
  ['--flush-baseline-code', '--no-flush-baseline-code'],
]

/** V8's optimizing compiler takes 3 to 5 MB for the first function, and gains nothing at a few samples a second. */
const UNOPTIMIZED = ['--no-opt', '--opt'] as const
/** From so many samples a second on it does. */
const MANY_PER_S = 50

/**
 * A screen draws a few pictures a second for days: its garbage may be collected more often, so that
 * memory is not a multiple of what is in use. What hurries (an import, a pipe without a
 * screen) does not call this.
 *
 * Modules are to be loaded before: V8 takes compiled code that was kept only under the flags it was made with.
 *
 * @returns ends it, and takes the flags back
 */
export function keepHeapSmall(node: string = process.versions.node): () => void {
  return setFlags(FLAGS, node)
}

/**
 * A board is logged without a screen, for days and mostly at a few samples a second: as `keepHeapSmall`, and no function
 * is optimized, for as long as there are no more than 50 samples a second.
 *
 * @param samples so many until now
 * @returns ends it, and takes the flags back
 */
export function keepSmall(samples: () => number, node: string = process.versions.node): () => void {
  const giveBack = setFlags([...FLAGS, UNOPTIMIZED], node)
  let before = samples()
  const timer = setInterval(() => {
    const now = samples()
    if (now - before > MANY_PER_S) end()
    before = now
  }, 1000)
  timer.unref()
  function end(): void {
    clearInterval(timer)
    giveBack()
  }
  return end
}

function setFlags(flags: typeof FLAGS, node: string): () => void {
  const major = Number.parseInt(node, 10)
  if (major < TRIED.from || major > TRIED.to) return () => {}
  const set = (): void => {
    for (const [flag] of flags) setFlagsFromString(flag)
  }
  set()
  // V8 takes the first of them back whenever a thread starts.
  const setAgain = (worker: Worker): void => {
    worker.once('online', set)
  }
  process.on('worker', setAgain)
  return () => {
    process.off('worker', setAgain)
    for (const [, back] of flags) setFlagsFromString(back)
  }
}
