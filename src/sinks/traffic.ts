import type { SinkTraffic } from '../domain/sink-status.ts'

const SLOT_MS = 10_000
const SLOTS = 30

interface Slot {
  number: number
  rows: number
  batches: number
  failures: number
  totalMs: number
  mostMs: number
}

/** What a sink did in the last five minutes, to ten seconds. */
export class Traffic {
  readonly #startedMs: number
  readonly #slots: Slot[] = []

  /** @param nowMs of a monotonic clock, here and below */
  constructor(nowMs: number) {
    this.#startedMs = nowMs
  }

  /** A batch was acknowledged. @param rows its samples */
  sent(rows: number, tookMs: number, nowMs: number): void {
    const slot = this.#at(nowMs)
    slot.rows += rows
    slot.batches++
    slot.totalMs += tookMs
    slot.mostMs = Math.max(slot.mostMs, tookMs)
  }

  failed(nowMs: number): void {
    this.#at(nowMs).failures++
  }

  read(nowMs: number): SinkTraffic {
    const oldest = numberOf(nowMs) - SLOTS
    while ((this.#slots[0]?.number ?? Number.POSITIVE_INFINITY) <= oldest) this.#slots.shift()
    let [rows, batches, failures, totalMs, mostMs] = [0, 0, 0, 0, 0]
    for (const slot of this.#slots) {
      rows += slot.rows
      batches += slot.batches
      failures += slot.failures
      totalMs += slot.totalMs
      mostMs = Math.max(mostMs, slot.mostMs)
    }
    const seconds = Math.min(
      (SLOTS * SLOT_MS) / 1000,
      Math.max(1, (nowMs - this.#startedMs) / 1000),
    )
    return {
      seconds,
      rowsPerSecond: rows / seconds,
      batches,
      failures,
      batchMsAvg: batches === 0 ? null : totalMs / batches,
      batchMsMax: batches === 0 ? null : mostMs,
    }
  }

  #at(nowMs: number): Slot {
    const number = numberOf(nowMs)
    const newest = this.#slots.at(-1)
    if (newest?.number === number) return newest
    const slot = { number, rows: 0, batches: 0, failures: 0, totalMs: 0, mostMs: 0 }
    this.#slots.push(slot)
    return slot
  }
}

function numberOf(nowMs: number): number {
  return Math.floor(nowMs / SLOT_MS)
}
