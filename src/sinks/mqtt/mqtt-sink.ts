import type { LiveDevice } from '../../domain/live-device.ts'
import { errorText } from '../../util/errors.ts'
import { hashOf } from '../../util/hash.ts'
import type { Orders } from '../orders.ts'
import { type Batch, type Sink, SinkFailure } from '../sink.ts'
import { Announcer } from './announcer.ts'
import { BatchPublisher } from './batch-publisher.ts'
import { MqttConnection, type Received } from './connection.ts'
import { LiveStates, LoggedDevices } from './live-states.ts'
import type { MqttSettings } from './mqtt-settings.ts'
import { OrderDesk } from './order-desk.ts'
import { messagesOf } from './payloads.ts'
import { levelOf, Topics } from './topics.ts'

declare const __VERSION__: string

/** Digits of the log's name that tell loggers of one host apart. */
const LOG_DIGITS = 6
/** The same for clients of a broker. */
const CLIENT_DIGITS = 12
/** What is said at the end takes no longer, ms. */
const SOON_MS = 300
/** Devices of a log that another process writes are looked at so often, ms. */
const LOOK_MS = 1000

/** What is said of a device that nobody reads any more. */
const GONE: readonly string[] = ['offline', 'ended', '']

/** What belongs to a name of this logger, beyond a connection. */
interface Standing {
  readonly topics: Topics
  readonly states: LiveStates
  /** null: nothing is announced */
  readonly announcer: Announcer | null
  /** null: nobody may ask for anything */
  readonly desk: OrderDesk | null
}

/**
 * An MQTT broker: each message is published with QoS 1, and the cursor moves on when all of a batch have been
 * acknowledged. What was under way when the connection ended comes again.
 */
export class MqttSink implements Sink {
  /** Some 50 messages. */
  readonly mostSamples = 5000
  /**
   * A broker that has Nagle's algorithm on keeps back its last acknowledgements for 40 ms, unless something else comes for
   * which it has to answer.
   */
  readonly mostBatches = 3
  readonly #settings: MqttSettings
  readonly #orders: Orders
  readonly #logged = new LoggedDevices()
  #connection: MqttConnection | null = null
  #publisher: BatchPublisher | null = null
  #standing: Standing | null = null
  /** Of this process; null: it has none, or has not said so yet. */
  #devices: readonly LiveDevice[] | null = null
  /** What loggers with this prefix say of their devices, by level of the topic. */
  readonly #availability = new Map<string, string>()
  /** Batches under way. */
  #sending = 0
  #looker: NodeJS.Timeout | null = null
  /** What was refused beside the samples, and whether it is on record. */
  readonly #complaints = new Map<string, boolean>()

  constructor(settings: MqttSettings, orders: Orders) {
    this.#settings = settings
    this.#orders = orders
  }

  async open(log: string): Promise<void> {
    const settings = this.#settings
    const standing = this.#standingFor(log)
    const { topics, states, announcer, desk } = standing
    const connection = await MqttConnection.open({
      settings,
      // The same after a kill: the broker then ends the session that it still has, and publishes its will before we are online.
      clientId:
        settings.clientId ?? `ina219-${log.slice(0, CLIENT_DIGITS)}-${hashOf(settings.prefix)}`,
      will: { topic: topics.loggerAvailability, payload: 'offline' },
      onMessage: (message) => this.#received(message, standing),
    })
    this.#connection = connection
    this.#publisher = new BatchPublisher(connection)
    // Where this or a subscription is not allowed, samples go all the same.
    await connection
      .publish(topics.loggerAvailability, 'online', { retain: true })
      .catch((error) => this.#complain(error))
    states.connected()
    const subscribe = async (filters: readonly string[], keepsFlag: boolean): Promise<void> => {
      await connection.subscribe(filters, keepsFlag).catch((error) => this.#complain(error))
    }
    await subscribe([topics.loggerAvailability], false)
    this.#availability.clear()
    if (desk !== null) {
      // Without it, more than one logger may answer for a device that it does not have.
      await connection.subscribe([topics.availabilities]).catch(() => {})
      await subscribe(topics.orders, true)
    }
    if (announcer !== null) await subscribe(announcer.connected(), false)
    if (connection.trouble !== null) throw connection.trouble
    this.#looker = setInterval(() => this.#look(), LOOK_MS)
    this.#look()
  }

  get trouble(): SinkFailure | null {
    return this.#connection?.trouble ?? null
  }

  async send(batch: Batch): Promise<void> {
    const [connection, standing, publisher] = [this.#connection, this.#standing, this.#publisher]
    if (connection === null || standing === null || publisher === null) {
      throw new SinkFailure('unreachable', 'not open')
    }
    this.#sending++
    try {
      await publisher.publishAll(messagesOf(batch, standing.topics, connection.mostBytes))
    } finally {
      this.#sending--
    }
    if (this.#devices === null) this.#logged.take(batch, performance.now(), Date.now() * 1000)
  }

  live(devices: readonly LiveDevice[]): void {
    this.#devices = devices
    this.#putOnRecord()
    this.#show(devices)
  }

  async close(): Promise<void> {
    const [connection, standing] = [this.#connection, this.#standing]
    this.#connection = null
    if (this.#looker !== null) clearInterval(this.#looker)
    if (connection === null || standing === null) return
    const isOrderly = connection.trouble === null && this.#sending === 0
    if (isOrderly) {
      const { topics, states } = standing
      this.#connection = connection
      await soon(states.end())
      this.#connection = null
      await soon(connection.publish(topics.loggerAvailability, 'offline', { retain: true }))
    }
    await connection.end(isOrderly)
  }

  /** Another log has another name of its logger. */
  #standingFor(log: string): Standing {
    const { settings, before } = { settings: this.#settings, before: this.#standing }
    const logger = settings.logger ?? `${levelOf(settings.hostName)}-${log.slice(0, LOG_DIGITS)}`
    if (before?.topics.logger === logger) return before
    const topics = new Topics(settings.prefix, logger)
    const { discovery, takesCommands } = settings
    const publish = (topic: string, payload: string): Promise<void> => this.#retain(topic, payload)
    const announcer =
      discovery === null
        ? null
        : new Announcer({
            discovery,
            topics,
            takesCommands,
            version: __VERSION__,
            publish: (topic, payload) => void publish(topic, payload),
            monoMs: () => performance.now(),
            random: Math.random,
          })
    const desk = takesCommands
      ? new OrderDesk({
          topics,
          orders: this.#orders,
          devices: () => this.#present.map(({ device }) => device),
          isElsewhere: (level) => !GONE.includes(this.#availability.get(level) ?? 'offline'),
          answer: (topic, payload, correlation) => void this.#answer(topic, payload, correlation),
        })
      : null
    this.#standing = { topics, states: new LiveStates(topics, publish), announcer, desk }
    return this.#standing
  }

  /** Without devices of its own, those of the log. */
  #look(): void {
    this.#show(this.#present)
  }

  get #present(): readonly LiveDevice[] {
    return this.#devices ?? this.#logged.devices(performance.now())
  }

  #show(devices: readonly LiveDevice[]): void {
    const standing = this.#standing
    if (this.#connection === null || this.#connection.trouble !== null || standing === null) return
    standing.announcer?.update(devices)
    standing.states.update(devices, Date.now() * 1000)
    if (devices.length > 0) standing.desk?.settle()
  }

  #received(message: Received, { topics, announcer, desk }: Standing): void {
    const { topic, payload, isRetained } = message
    const level = topics.availabilityAt(topic)
    if (level !== null) this.#availability.set(level, payload.toString())
    if (topic === topics.loggerAvailability) {
      // The will of a connection before this one, which the broker has noticed only now.
      if (payload.toString() === 'offline') void this.#retain(topic, 'online')
      return
    }
    if (desk?.take(message)) return
    announcer?.received(topic, payload.toString(), isRetained)
  }

  /** What is as it is now: where the connection ends, it is said again on the next one. */
  async #retain(topic: string, payload: string): Promise<void> {
    try {
      await this.#connection?.publish(topic, payload, { retain: true })
    } catch (error) {
      this.#complain(error)
    }
  }

  async #answer(topic: string, payload: string, correlation: Buffer | null): Promise<void> {
    try {
      await this.#connection?.publish(topic, payload, { correlation })
    } catch (error) {
      this.#complain(error)
    }
  }

  /** What the broker does not let us do beside the samples is on record, once. */
  #complain(error: unknown): void {
    if (!(error instanceof SinkFailure) || error.kind === 'unreachable') return
    const text = errorText(error)
    if (!this.#complaints.has(text)) this.#complaints.set(text, false)
    this.#putOnRecord()
  }

  /** As soon as there is a device to whose record it can be put. */
  #putOnRecord(): void {
    const [first] = this.#devices ?? []
    if (first === undefined) return
    for (const [text, isDone] of this.#complaints) {
      if (isDone) continue
      this.#complaints.set(text, true)
      void this.#orders({ kind: 'note', device: first.device, text })
    }
  }
}

/** What would be good to have done, and need not be waited for long. */
async function soon(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, SOON_MS)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
