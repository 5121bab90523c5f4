/** Connections of one peer at once: 1000 viewers behind one address, and room left for others. */
const MOST_CONNECTIONS = 1500
/** Requests of one peer in a second, for as long as it likes. */
const REQUESTS_PER_S = 1000
/** Requests that may come at once: so many have been saved up. */
const MOST_REQUESTS = 3000
/** Peers whose requests are remembered; a flood of others forgets the oldest. */
const MOST_PEERS = 5000

interface Bucket {
  left: number
  sinceMs: number
}

/** What one peer may take of the server, so that another one finds something left. */
export class PeerLimits {
  readonly #monoMs: () => number
  readonly #connections = new Map<string, number>()
  readonly #buckets = new Map<string, Bucket>()

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs
  }

  /** A peer has connected. @returns false: it has too many, or is shut out; else `disconnected` has to follow */
  connected(key: string): boolean {
    const count = this.#connections.get(key) ?? 0
    if (count >= MOST_CONNECTIONS || this.#isShutOut(key)) return false
    this.#connections.set(key, count + 1)
    return true
  }

  disconnected(key: string): void {
    const count = this.#connections.get(key) ?? 0
    if (count > 1) this.#connections.set(key, count - 1)
    else this.#connections.delete(key)
  }

  /** A peer asks for something. @returns false: too often */
  asked(key: string): boolean {
    const bucket = this.#bucketOf(key)
    const nowMs = this.#monoMs()
    const saved = ((nowMs - bucket.sinceMs) / 1000) * REQUESTS_PER_S
    bucket.left = Math.min(MOST_REQUESTS, bucket.left + saved)
    bucket.sinceMs = nowMs
    if (bucket.left < 1) return false
    bucket.left--
    return true
  }

  /** A peer floods: nothing more of it for a second, not even a connection. */
  shutOut(key: string): void {
    const bucket = this.#bucketOf(key)
    bucket.left = -REQUESTS_PER_S
    bucket.sinceMs = this.#monoMs()
  }

  #isShutOut(key: string): boolean {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined || bucket.left >= 0) return false
    return bucket.left + ((this.#monoMs() - bucket.sinceMs) / 1000) * REQUESTS_PER_S < 0
  }

  #bucketOf(key: string): Bucket {
    const known = this.#buckets.get(key)
    // The newest last.
    if (known !== undefined) this.#buckets.delete(key)
    const bucket = known ?? { left: MOST_REQUESTS, sinceMs: this.#monoMs() }
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > MOST_PEERS) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    return bucket
  }
}
