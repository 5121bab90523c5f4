import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { IPublishPacket, MqttClient } from 'mqtt'
import { secretText } from '../secret.ts'
import { SinkFailure } from '../sink.ts'
import { tlsContents } from '../tls-files.ts'
import {
  endedBy,
  failureOf,
  hungUp,
  publishFailure,
  startFailure,
  subscribeFailure,
  UnknownVersion,
} from './failure.ts'
import type { MqttSettings } from './mqtt-settings.ts'

/** A broker answers a connection within that time, ms. */
const CONNECT_MS = 10_000
/** A connection that is gone is found out within one and a half times that, s. */
const KEEP_ALIVE_S = 15
/** An orderly end takes no longer, ms. */
const END_MS = 500
/** Messages under way at once, at most; a broker may want fewer. */
const MOST_UNDER_WAY = 20

/** Fixed header, lengths, packet identifier, properties; bytes. */
const PACKET_HEAD = 64

const MQTT_5 = 5
const MQTT_3_1_1 = 4

export interface ConnectionOptions {
  readonly settings: MqttSettings
  readonly clientId: string
  /** Published, retained, by the broker when it has lost us. */
  readonly will: { readonly topic: string; readonly payload: string }
  readonly onMessage: (message: Received) => void
}

export interface Received {
  readonly topic: string
  readonly payload: Buffer
  readonly isRetained: boolean
  /** Of MQTT 5: where the sender wants the answer, and what it tells it by. */
  readonly responseTopic: string | null
  readonly correlation: Buffer | null
}

export interface PublishOptions {
  readonly retain?: boolean
  readonly correlation?: Buffer | null
}

/**
 * One connection to a broker, from CONNECT to its end; another one is another object. Nothing is kept for later: what is
 * not acknowledged when the connection ends has failed.
 */
export class MqttConnection {
  readonly #client: MqttClient
  readonly #isV5: boolean
  readonly mostUnderWay: number
  /** Of a packet, as far as the broker has said so (MQTT 5). */
  readonly mostBytes: number
  readonly #waiting = new Set<(failure: SinkFailure) => void>()
  #trouble: SinkFailure | null = null

  private constructor(client: MqttClient, version: number) {
    this.#client = client
    this.#isV5 = version === MQTT_5
    this.mostUnderWay = Math.min(
      MOST_UNDER_WAY,
      client.serverProperties?.receiveMaximum ?? MOST_UNDER_WAY,
    )
    this.mostBytes = client.serverProperties?.maximumPacketSize ?? Number.POSITIVE_INFINITY
    client.on('error', (error) => this.#end(failureOf(error)))
    client.on('disconnect', (packet) => {
      this.#end(endedBy(packet.reasonCode ?? 0))
    })
    client.on('close', () => {
      this.#end(new SinkFailure('unreachable', 'the connection to the broker is gone'))
    })
  }

  /** @throws SinkFailure */
  static async open(options: ConnectionOptions): Promise<MqttConnection> {
    const { version } = options.settings
    if (version === '3.1.1') return attempt(options, MQTT_3_1_1)
    try {
      return await attempt(options, MQTT_5)
    } catch (error) {
      if (version === '5' || !(error instanceof UnknownVersion)) throw error
      return await attempt(options, MQTT_3_1_1)
    }
  }

  static made(client: MqttClient, version: number): MqttConnection {
    return new MqttConnection(client, version)
  }

  /** Why it is of no use any more; null: it is. */
  get trouble(): SinkFailure | null {
    return this.#trouble
  }

  /** Resolves when the broker has it. @throws SinkFailure */
  publish(topic: string, payload: string, more: PublishOptions = {}): Promise<void> {
    if (this.#trouble !== null) return Promise.reject(this.#trouble)
    if (sizeOf(topic, payload) > this.mostBytes) {
      const text = `the broker takes no more than ${this.mostBytes} bytes at once`
      return Promise.reject(new SinkFailure('refused', text))
    }
    const { retain = false, correlation = null } = more
    const properties =
      this.#isV5 && correlation !== null ? { properties: { correlationData: correlation } } : {}
    return this.#acknowledged((done) => {
      this.#client.publish(topic, payload, { qos: 1, retain, ...properties }, (error) =>
        done(error ? publishFailure(topic, error) : null),
      )
    })
  }

  /**
   * What we publish ourselves does not come back with MQTT 5.
   *
   * @param keepsFlag messages have the flag with which they were published (MQTT 5 alone); else `isRetained` means that
   *   the broker had it from before
   * @throws SinkFailure
   */
  subscribe(filters: readonly string[], keepsFlag = false): Promise<void> {
    if (this.#trouble !== null) return Promise.reject(this.#trouble)
    const options = { qos: 1 as const, ...(this.#isV5 ? { rap: keepsFlag, nl: true } : {}) }
    return this.#acknowledged((done) => {
      this.#client.subscribe([...filters], options, (error, granted) => {
        const isRefused = granted?.some(({ qos }) => qos >= 128) ?? false
        done(error || isRefused ? subscribeFailure(filters, error) : null)
      })
    })
  }

  /** @param isOrderly the broker is told, so that it does not publish the will */
  async end(isOrderly: boolean): Promise<void> {
    this.#end(new SinkFailure('unreachable', 'the connection was closed'))
    const client = this.#client
    if (isOrderly) {
      const isOver = new Promise<void>((resolve) => {
        client.end(false, () => resolve())
        setTimeout(resolve, END_MS).unref()
      })
      await isOver
    }
    client.end(true)
    client.stream.destroy()
  }

  #acknowledged(start: (done: (failure: SinkFailure | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      start((failure) => {
        this.#waiting.delete(reject)
        if (failure === null) resolve()
        else reject(failure)
      })
    })
  }

  #end(failure: SinkFailure): void {
    this.#trouble ??= failure
    for (const reject of this.#waiting) reject(this.#trouble)
    this.#waiting.clear()
  }
}

/** Bytes of a packet, some of its head included. */
function sizeOf(topic: string, payload: string): number {
  return PACKET_HEAD + Buffer.byteLength(topic) + Buffer.byteLength(payload)
}

/** @throws SinkFailure */
async function attempt(options: ConnectionOptions, version: 4 | 5): Promise<MqttConnection> {
  const { settings, clientId, will } = options
  const { MqttClient } = await import('mqtt')
  const password = secretText(settings.password)
  const isTls = settings.tls !== null
  const client = new MqttClient(() => streamTo(settings), {
    protocolVersion: version,
    clientId,
    keepalive: KEEP_ALIVE_S,
    connectTimeout: CONNECT_MS,
    // Both are for the runner of the sink to do.
    reconnectPeriod: 0,
    resubscribe: false,
    ...(settings.user === null ? {} : { username: settings.user }),
    ...(password === null ? {} : { password }),
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
  })
  client.on('message', (topic, payload, packet) =>
    options.onMessage(received(topic, payload, packet)),
  )
  return new Promise((resolve, reject) => {
    let failure: SinkFailure | null = null
    // Stays for good: an error that nobody listens to would end the thread.
    client.on('error', (error) => {
      failure ??= startFailure(error, isTls, version === MQTT_5)
    })
    const onClose = (): void => {
      client.end(true)
      reject(failure ?? hungUp(isTls))
    }
    client.once('close', onClose)
    client.once('connect', () => {
      client.removeListener('close', onClose)
      resolve(MqttConnection.made(client, version))
    })
  })
}

function streamTo({ host, port, tls }: MqttSettings): Socket {
  if (tls === null) return connectTcp({ host, port, noDelay: true })
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...tlsContents(tls),
  })
  return socket.setNoDelay(true)
}

function received(topic: string, payload: Buffer, packet: IPublishPacket): Received {
  const { responseTopic = null, correlationData = null } = packet.properties ?? {}
  return { topic, payload, isRetained: packet.retain, responseTopic, correlation: correlationData }
}
