import { errorText, systemCode } from '../../util/errors.ts'
import { isNoTls, isUntrusted, withAdvice } from '../network-advice.ts'
import { isSinkFailure, SinkFailure, type SinkFailureKind } from '../sink.ts'

/** Reason code of MQTT 5. */
const NOT_AUTHORIZED = 135

/** A broker that may not know the version of the protocol: it refuses it, or hangs up without a word. */
export class UnknownVersion extends SinkFailure {}

/**
 * `Unacceptable protocol version` of MQTT 3.1.1, `Unsupported Protocol Version` of 5; no code at all: an answer that
 * is not of 5, or none.
 */
function isOfVersion(error: Error): boolean {
  const { code } = error as { code?: unknown }
  return code === 1 || code === 132 || code === undefined
}

/** Before the broker has answered. @param hasOther another version of the protocol can be tried */
export function startFailure(error: Error, isTls: boolean, hasOther: boolean): SinkFailure {
  if (hasOther && isOfVersion(error)) return new UnknownVersion('unreachable', errorText(error))
  if (systemCode(error) !== 'ECONNRESET') return failureOf(error)
  return new SinkFailure('unreachable', `${errorText(error)}; ${portAdvice(isTls)}`, error)
}

/** It closed the connection in place of an answer. */
export function hungUp(isTls: boolean): SinkFailure {
  const text = `the broker hung up before it answered; ${portAdvice(isTls)}`
  return new UnknownVersion('unreachable', text)
}

/** Who hangs up on our first bytes may have expected others. */
function portAdvice(isTls: boolean): string {
  return isTls
    ? 'where it does not speak TLS at that port, write mqtt://, or the port of TLS (8883)'
    : 'for the port of TLS, write mqtts://'
}

/** Of a broker's answer to CONNECT, or of the network. */
export function failureOf(error: Error): SinkFailure {
  if (isSinkFailure(error)) return error
  const { code } = error as { code?: unknown }
  if (typeof code === 'number') {
    const advice = isOfRights(code)
      ? ': look at user and password (docs/sinks.md), and at the rights that the broker gives them'
      : ''
    return new SinkFailure(kindOf(code), `${errorText(error)}${advice}`, error)
  }
  if (isNoTls(error)) {
    const text =
      'the broker does not speak TLS at that port; write mqtt://, or the port of TLS (8883)'
    return new SinkFailure('denied', text, error)
  }
  if (isUntrusted(error)) {
    const advice = 'name the authority that signed the certificate of the broker with ca=<file>'
    return new SinkFailure('denied', `${errorText(error)}: ${advice}`, error)
  }
  const text = errorText(error) === '' ? String(code) : errorText(error)
  return new SinkFailure('unreachable', withAdvice(text, systemCode(error)), error)
}

function isOfRights(code: number): boolean {
  return code === 4 || code === 5 || code === 134 || code === 135
}

export function publishFailure(topic: string, error: Error): SinkFailure {
  const { code } = error as { code?: unknown }
  const kind = typeof code === 'number' ? kindOf(code) : 'unreachable'
  const advice = code === NOT_AUTHORIZED ? `; ${allowed('write')}` : ''
  return new SinkFailure(kind, `${topic}: ${errorText(error)}${advice}`, error)
}

/** @param error null: the broker refused, and said no more */
export function subscribeFailure(filters: readonly string[], error: Error | null): SinkFailure {
  const reason = error === null ? `Not authorized; ${allowed('read')}` : errorText(error)
  return new SinkFailure('denied', `${filters.join(', ')} can't be subscribed to: ${reason}`)
}

/** The broker has ended the connection. @param code of its DISCONNECT */
export function endedBy(code: number): SinkFailure {
  const kind = kindOf(code) === 'unreachable' ? 'unreachable' : 'denied'
  return new SinkFailure(kind, `the broker ends the connection: ${reasonOf(code)}`)
}

/** What the broker has to allow. */
function allowed(what: 'read' | 'write'): string {
  return `let this user ${what} it, in the ACL of the broker`
}

/** Reason codes, MQTT 5.0 section 2.4; return codes, MQTT 3.1.1 section 3.2.2.3. */
function kindOf(code: number): SinkFailureKind {
  // Topic name invalid, packet too large, payload format invalid: for what is in a message.
  if (code === 144 || code === 149 || code === 153) return 'refused'
  const isBusy = [0, 3, 128, 131, 136, 137, 139, 141, 142, 147, 150, 152, 156, 157, 159, 160]
  return isBusy.includes(code) ? 'unreachable' : 'denied'
}

function reasonOf(code: number): string {
  const known: Readonly<Record<number, string>> = {
    0: 'normal disconnection',
    129: 'malformed packet',
    130: 'protocol error',
    135: 'not authorized',
    137: 'server busy',
    139: 'server shutting down',
    141: 'keep alive timeout',
    142: 'another client has connected with the same id (see client-id=)',
    147: 'receive maximum exceeded',
    149: 'packet too large',
    150: 'message rate too high',
    151: 'quota exceeded',
    152: 'administrative action',
  }
  return known[code] ?? `reason ${code}`
}
