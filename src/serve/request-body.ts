import type { IncomingMessage } from 'node:http'

/** Bytes of a request's body. */
export const MOST_BODY_BYTES = 64 * 1024

/** As @hono/node-server finds a body that was read before. */
type Read = IncomingMessage & { rawBody?: Buffer }

/** Whether a body is announced that is longer than any may be. */
export function isTooLong({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > MOST_BODY_BYTES
}

/**
 * Takes the body of a request, whatever its length was said to be, so that what is wrong with
 * it is found in one place. Of those who may not send one nothing is taken.
 *
 * @returns what became of it; `gone`: it did not come whole
 */
export async function takeBody(incoming: Read): Promise<'here' | 'too long' | 'gone'> {
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return 'here'
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of incoming.iterator({ destroyOnReturn: false })) {
      length += (part as Buffer).length
      if (length > MOST_BODY_BYTES) return 'too long'
      parts.push(part as Buffer)
    }
  } catch {
    return 'gone'
  }
  incoming.rawBody = Buffer.concat(parts)
  return 'here'
}
