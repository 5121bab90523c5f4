/** Between two acknowledgements. */
const ACK_EVERY_MS = 1000

/** Says when the device is told how far its samples are safe in the log (PROTOCOL.md 6, `ack`). */
export class Acknowledger {
  #durable: number | null = null
  #acked: number | null = null
  #ackedAtMs = Number.NEGATIVE_INFINITY

  /** Every sample up to this one is safely in the log. */
  durable(seq: number): void {
    this.#durable = seq
  }

  /** @returns the number to acknowledge now; null: nothing new, or the last one was just now */
  next(nowMs: number): number | null {
    if (this.#durable === this.#acked || nowMs - this.#ackedAtMs < ACK_EVERY_MS) return null
    this.#acked = this.#durable
    this.#ackedAtMs = nowMs
    return this.#acked
  }
}
