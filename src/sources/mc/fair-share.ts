import type { McRequest } from '../../protocol/mc3e/request.ts'
import type { PlcOutcome } from './plc-failure.ts'

/** What answers requests: the connections to a PLC, or somebody's share of them. */
export interface PlcClient {
  ask(request: McRequest): Promise<PlcOutcome>
}

/**
 * What one of several has of a pool: at most so many requests under way, so that one whose requests hang leaves the connections of
 * the others alone.
 */
export class FairShare implements PlcClient {
  readonly #pool: PlcClient
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #underWay = 0

  /** @param most 1 or more */
  constructor(pool: PlcClient, most: number) {
    this.#pool = pool
    this.#most = most
  }

  /** Requests that wait until one of its own has ended. */
  get waiting(): number {
    return this.#waiting.length
  }

  async ask(request: McRequest): Promise<PlcOutcome> {
    // Who waits gets the place of one that has ended, which nobody else can take meanwhile.
    if (this.#underWay < this.#most) this.#underWay++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await this.#pool.ask(request)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#underWay--
      else next()
    }
  }
}
