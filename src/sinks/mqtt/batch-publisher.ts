import type { MqttConnection } from './connection.ts'
import type { Message } from './payloads.ts'

/** Publishes batches one behind the other, without waiting for the last acknowledgements of one before the next begins. */
export class BatchPublisher {
  readonly #connection: MqttConnection
  /** Acknowledgements that are waited for, in order; none of them fails here. */
  readonly #underWay: Promise<void>[] = []
  /** When all batches so far are published. */
  #turn: Promise<void> = Promise.resolve()

  constructor(connection: MqttConnection) {
    this.#connection = connection
  }

  /** Resolves when the broker has all of them. @throws SinkFailure */
  async publishAll(messages: Iterable<Message>): Promise<void> {
    const before = this.#turn
    let done = (): void => {}
    this.#turn = new Promise((resolve) => {
      done = resolve
    })
    const own: Promise<void>[] = []
    try {
      await before
      for (const { topic, payload } of messages) {
        if (this.#underWay.length >= this.#connection.mostUnderWay) await this.#underWay.shift()
        if (this.#connection.trouble !== null) throw this.#connection.trouble
        const published = this.#connection.publish(topic, payload)
        own.push(published)
        this.#underWay.push(published.catch(() => {}))
      }
    } finally {
      done()
    }
    await Promise.all(own)
  }
}
