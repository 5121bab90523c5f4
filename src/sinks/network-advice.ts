/** What to do about an error of the network, by its code; absent: nothing that is not in its text. No questions: more may follow. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check that the server is running, at that port',
  EHOSTUNREACH: 'check that the network is there',
  ENETUNREACH: 'check that the network is there',
  ENOTFOUND: 'check the name of the host',
  EAI_AGAIN: 'check that the network is there, and its name server',
  ETIMEDOUT: 'look for a firewall in between',
}

/** @param text of the error */
export function withAdvice(text: string, code: string | undefined): string {
  const advice = code === undefined ? undefined : ADVICE[code]
  return advice === undefined ? text : `${text}; ${advice}`
}

/** Whether TLS was begun with somebody who does not speak it: OpenSSL takes the first bytes of the answer for a version. */
export function isNoTls(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|wrong version number|packet length too long/.test(
    `${code} ${message}`,
  )
}

/** Whether the certificate of the other side is not trusted, or not of this name, or ours is (codes of Node and OpenSSL): it does not mend itself. */
export function isUntrusted(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /CERT|SIGNATURE|^ERR_(?:SSL|TLS)/.test(code)
}
