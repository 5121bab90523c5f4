// Preloaded (--import) into a measured program: how late the event loop of each of its threads was, at worst.
// Written once a second to $PAUSE_METER/<thread>.json, so that a thread that is ended leaves its figures, too.
import { openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { isMainThread, threadId, workerData } from 'node:worker_threads'

const STEP_MS = 1
const name = isMainThread
  ? 'main'
  : workerData?.retainMs === undefined
    ? `thread-${threadId}`
    : 'log'
const file = `${process.env.PAUSE_METER}/${name}.json`
const fd = openSync('/proc/thread-self/schedstat', 'r')
const bytes = Buffer.alloc(64)

/** How long the thread was ready to run, and others had the processors, ms. */
function queuedMs() {
  const length = readSync(fd, bytes, 0, bytes.length, 0)
  return Number(bytes.latin1Slice(0, length).split(' ')[1]) / 1e6
}

const figures = { longestMs: 0, longestOwnMs: 0, longestQueuedMs: 0, looks: 0 }
setTimeout(() => {
  let lastMs = performance.now()
  let lastQueuedMs = queuedMs()
  setInterval(() => {
    const nowMs = performance.now()
    const nowQueuedMs = queuedMs()
    const lateMs = nowMs - lastMs - STEP_MS
    const othersMs = nowQueuedMs - lastQueuedMs
    lastMs = nowMs
    lastQueuedMs = nowQueuedMs
    figures.looks++
    figures.longestMs = Math.max(figures.longestMs, lateMs)
    figures.longestOwnMs = Math.max(figures.longestOwnMs, lateMs - othersMs)
    figures.longestQueuedMs = Math.max(figures.longestQueuedMs, othersMs)
  }, STEP_MS).unref()
  setInterval(() => {
    writeFileSync(`${file}.new`, JSON.stringify(figures))
    renameSync(`${file}.new`, file)
  }, 1000).unref()
}, Number(process.env.PAUSE_METER_AFTER_MS)).unref()
