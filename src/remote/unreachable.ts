import { errorText, InaError, systemCode } from '../util/errors.ts'

const TRUST: readonly [string, string] = [
  'its certificate is not trusted',
  'name the certificate of its authority, or its own, with --tls-ca, or in NODE_EXTRA_CA_CERTS',
]

/** What a code of the system, or of TLS, comes to, and what to do next. */
const WHY: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: [
    'nothing listens there',
    "start 'ina219 serve' there, and name the address that it prints",
  ],
  ENOTFOUND: ['no such name is known', 'write its address instead'],
  EAI_AGAIN: ['its name is not found out at present', 'write its address instead'],
  ETIMEDOUT: ['it does not answer', 'is it switched on, and does a firewall let its port through?'],
  EHOSTUNREACH: ['there is no way to it', 'is it switched on, and in the same network?'],
  ENETUNREACH: ['there is no way to it', 'is this machine in a network?'],
  ECONNRESET: ['it hangs up', 'does it speak TLS? Then write https://'],
  HPE_INVALID_CONSTANT: ['it does not speak HTTP', 'does it speak TLS? Then write https://'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'write http://'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'write http://'],
  EPROTO: ['it does not speak TLS', 'write http://'],
  ENOENT: ['there is no such socket', "start 'ina219 serve --listen unix:<path>' first"],
  EACCES: ['this user may not', "its user and that user's group may"],
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  CERT_HAS_EXPIRED: ['its certificate has expired', 'have it renewed there'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'look at the clocks of both machines'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'write the name that is in the certificate',
  ],
}

/** Why a server is not reached. @param name as the user writes it */
export function unreachable(name: string, error: unknown): InaError {
  const code = systemCode(error) ?? systemCode(firstOf(error))
  const [reason, hint] = WHY[code ?? ''] ?? [
    code ?? errorText(error),
    "is 'ina219 serve' running there?",
  ]
  return new InaError('device_absent', `can't connect to ${name}: ${reason}`, hint, error)
}

/** A name with several addresses fails once for each. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : null
}
