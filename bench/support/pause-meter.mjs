// Preloaded (--import) into a measured program: how late the event loop of each of its threads was, at worst.
// Written once a second to $PAUSE_METER/main.json, or by the name of the thread's program, so that one that is ended leaves its
// figures, too.
import { openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const STEP_MS = 1
const name = isMainThread ? 'main' : basename(process.argv[1], '.js')
const file = `${process.env.PAUSE_METER}/${name}.json`
const fd = openSync('/proc/thread-self/schedstat', 'r')
const statusFd = openSync('/proc/thread-self/status', 'r')
const bytes = Buffer.alloc(4096)

/** How long the thread has run, how long others had the processors while it was ready to, and how often it has slept. */
function scheduled() {
  const length = readSync(fd, bytes, 0, bytes.length, 0)
  const [ranNs, queuedNs] = bytes.latin1Slice(0, length).split(' ').map(Number)
  const statusLength = readSync(statusFd, bytes, 0, bytes.length, 0)
  const [, sleeps] = /\nvoluntary_ctxt_switches:\s+(\d+)/.exec(bytes.latin1Slice(0, statusLength))
  return { ranMs: ranNs / 1e6, queuedMs: queuedNs / 1e6, sleeps: Number(sleeps) }
}

const figures = { longestMs: 0, longestOwnMs: 0, longestQueuedMs: 0, looks: 0 }
setTimeout(() => {
  let lastMs = performance.now()
  let last = scheduled()
  setInterval(() => {
    const nowMs = performance.now()
    const now = scheduled()
    const lateMs = nowMs - lastMs - STEP_MS
    const queuedMs = now.queuedMs - last.queuedMs
    const ranMs = now.ranMs - last.ranMs
    // Of a thread that slept once, as it does for the timer, and then ran, the rest is the machine's: its timer was
    // late, or the host had the processor. One that slept again may have waited for a disk, and that is its own.
    const ownMs = now.sleeps - last.sleeps > 1 ? lateMs - queuedMs : Math.min(lateMs, ranMs)
    lastMs = nowMs
    last = now
    figures.looks++
    figures.longestMs = Math.max(figures.longestMs, lateMs)
    figures.longestOwnMs = Math.max(figures.longestOwnMs, ownMs)
    figures.longestQueuedMs = Math.max(figures.longestQueuedMs, queuedMs)
  }, STEP_MS).unref()
  setInterval(() => {
    writeFileSync(`${file}.new`, JSON.stringify(figures))
    renameSync(`${file}.new`, file)
  }, 1000).unref()
}, Number(process.env.PAUSE_METER_AFTER_MS)).unref()
