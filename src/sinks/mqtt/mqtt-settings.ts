import { hostname } from 'node:os'
import type { PlannedSink } from '../plan-sink.ts'
import type { Secret } from '../secret.ts'
import { invalid, type SinkUrl } from '../sink-url.ts'
import { type TlsFiles, tlsContents } from '../tls-files.ts'

export interface MqttSettings {
  readonly host: string
  readonly port: number
  /** null: no TLS */
  readonly tls: TlsFiles | null
  readonly user: string | null
  readonly password: Secret | null
  /** `auto`: 5, else what the broker knows. */
  readonly version: 'auto' | '5' | '3.1.1'
  /** Before all topics, without a slash at its end. */
  readonly prefix: string
  /** Name of this logger in topics; null: one of the host and the log. */
  readonly logger: string | null
  readonly hostName: string
  /** null: one that is the same for the same log and sink */
  readonly clientId: string | null
  /** Before the topics of Home Assistant's discovery; null: nothing is announced. */
  readonly discovery: string | null
  /** Whoever may publish to the topics of commands may change something. */
  readonly takesCommands: boolean
}

const PORTS = { mqtt: 1883, mqtts: 8883 } as const
const USUAL_PREFIX = 'ina219'

/**
 * `mqtt://user@host:1883/?prefix=ina219&discovery=homeassistant&commands=on`.
 *
 * @throws InaError usage_invalid
 */
export function mqttSettings(url: SinkUrl): PlannedSink {
  const { hostname: host, port, pathname, password } = url.url
  if (host === '') throw invalid('an mqtt sink needs a host', 'write mqtt://host:1883/')
  if (pathname !== '' && pathname !== '/') {
    throw invalid(
      `the path ${pathname} of an mqtt sink means nothing`,
      'say before which topics it publishes with prefix=, such as mqtt://host/?prefix=lab/power',
    )
  }
  const isSecure = url.scheme === 'mqtts'
  const prefix = topicOf(url, 'prefix') ?? USUAL_PREFIX
  const [user, secret] = [url.variable('INA219_MQTT_USER'), password]
  const settings: MqttSettings = {
    // Brackets are for URLs alone.
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORTS[isSecure ? 'mqtts' : 'mqtt'] : Number(port),
    tls: tlsOf(url, isSecure),
    user: url.userName ?? user,
    password: url.secret('password', ['INA219_MQTT_PASSWORD'], secret),
    version: url.choice('version', ['auto', '5', '3.1.1']),
    prefix,
    logger: levelOf(url),
    hostName: hostname(),
    clientId: url.parameter('client-id'),
    discovery: topicOf(url, 'discovery'),
    takesCommands: url.choice('commands', ['off', 'on']) === 'on',
  }
  if (settings.password !== null && settings.user === null) {
    throw invalid(
      'there is a password for the broker, and no user',
      'name one in the URL (mqtt://user@host/) or in INA219_MQTT_USER',
    )
  }
  const target = `${url.scheme}://${host}:${settings.port}/`
  return {
    target: prefix === USUAL_PREFIX ? target : `${target}?prefix=${prefix}`,
    settings,
  }
}

/** Levels of a topic that others may subscribe to, without wildcards. */
function topicOf(url: SinkUrl, name: string): string | null {
  const topic = url.parameter(name)
  if (topic === null) return null
  const isFine = !/[+#\p{C}]|^\$|^\/|\/$|\/\//u.test(topic) && topic.length <= 200
  if (isFine) return topic
  throw invalid(
    `${name}=${topic} can't begin a topic`,
    "leave out + and #, empty levels and a leading $: 'lab/power'",
  )
}

function levelOf(url: SinkUrl): string | null {
  const name = url.parameter('logger')
  if (name === null || /^[\w.:@-]{1,64}$/.test(name)) return name
  throw invalid(
    `logger=${name} is no name for a topic`,
    'take 1 to 64 letters, digits, _ . : @ and -',
  )
}

function tlsOf(url: SinkUrl, isSecure: boolean): TlsFiles | null {
  const [ca, cert, key] = [url.parameter('ca'), url.parameter('cert'), url.parameter('key')]
  if ((cert === null) !== (key === null)) {
    throw invalid(
      'a client certificate needs its key',
      'give both, cert=<file>&key=<file>, or neither',
    )
  }
  // What is wrong with them is to be said now.
  tlsContents({ ca, cert, key })
  if (isSecure) return { ca, cert, key }
  if (ca === null && cert === null) return null
  throw invalid('certificates are for mqtts://', 'write mqtts:// in front of the host')
}
