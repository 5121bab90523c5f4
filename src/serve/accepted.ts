// What a request says of the answers that it takes, or has already.

const CODINGS = ['br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

/** @param accepted `Accept-Encoding` @returns the better one of those that a client takes (RFC 9110, 12.5.3); null: none */
export function codingOf(accepted: string): Coding | null {
  const weights = new Map<string, number>()
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim())
    const weight = parameters.find((each) => each.startsWith('q='))?.slice(2)
    weights.set(name, weight === undefined ? 1 : Number(weight))
  }
  const weightOf = (name: Coding): number => weights.get(name) ?? weights.get('*') ?? 0
  const [best] = CODINGS.filter((name) => weightOf(name) > 0).sort(
    (one, other) => weightOf(other) - weightOf(one),
  )
  return best ?? null
}

/** Whether a client has an answer already (RFC 9110, 13.1.2). @param listed `If-None-Match` @param etag with its quotes, strong or weak */
export function hasAlready(listed: string | undefined, etag: string): boolean {
  if (listed === undefined) return false
  const tags = listed.split(',').map(opaque)
  return listed.trim() === '*' || tags.includes(opaque(etag))
}

function opaque(etag: string): string {
  return etag.trim().replace(/^W\//, '')
}
