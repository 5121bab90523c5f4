import { Worker } from 'node:worker_threads'

/** Started ahead of its time, and not yet in use. */
let early: Worker | null = null

/**
 * Starts the log's thread before it is known which log it is to open: it takes longer to start than a command line
 * to be read, and does so on another core.
 */
export function prepareLogThread(): void {
  const worker = makeThread(bundledUrl())
  early = worker
  worker.unref()
  // Where it can't start, whoever opens a log tries again, and says so.
  worker.on('error', () => discard(worker))
  worker.on('exit', () => discard(worker))
}

/** @param workerUrl where the bundled worker is; absent: beside the bundled program */
export function logThread(workerUrl?: URL): Worker {
  const worker = workerUrl === undefined ? early : null
  if (worker === null) return makeThread(workerUrl ?? bundledUrl())
  early = null
  worker.removeAllListeners()
  worker.ref()
  return worker
}

/** No log is opened after all: the thread goes. */
export function dropLogThread(): void {
  void early?.terminate()
  early = null
}

function discard(worker: Worker): void {
  if (early === worker) early = null
}

function bundledUrl(): URL {
  return new URL('./log-worker.js', import.meta.url)
}

function makeThread(url: URL): Worker {
  return new Worker(url, {
    resourceLimits: {
      // Its rows pass through typed arrays and C++; a small young generation saves some MB.
      maxYoungGenerationSizeMb: 3,
      // Below 2 GB V8 keeps no pages of its built-in functions for this thread alone.
      maxOldGenerationSizeMb: 1024,
    },
  })
}
