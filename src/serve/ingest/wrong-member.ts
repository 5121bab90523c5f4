import { DETAIL, NO_CHANNELS, SAMPLE } from '../../protocol/members.ts'

type Members = Readonly<Record<string, unknown>>

/** What each member of a sample has to be, as a sentence goes on with it. */
const WANTED: Readonly<Record<keyof typeof SAMPLE, string>> = {
  v: 'no finite number',
  a: 'no finite number',
  w: 'no finite number',
  ts: 'no number from 0 on and below 9e12 (Unix s or ms, or ms since the start of the device)',
  ms: 'no whole number of 0 to 4294967295',
  us: 'no whole number from 0 on and below 4294967296000',
  seq: 'no whole number of 0 to 4294967295',
  status: 'no text',
  mode: 'no text',
  r: 'no finite number',
}

/** Of these the wire reads the first that is there. */
const STAMPS: readonly string[] = ['ts', 'ms', 'us']

/**
 * What is wrong with an object that is no sample (PROTOCOL.md 5.1).
 *
 * @returns how a sentence about it goes on
 */
export function whyNoSample(members: Members): string {
  return wrongMember(members) ?? notFinite(members) ?? wrongAsWhole(members)
}

/** A sequence number that is a number, but can't be one of a sample: on the wire a sample is taken without it. */
export const ODD_SEQ = `has a member seq that is ${WANTED.seq}`

/**
 * Finds a further number that is not finite. JSON has none, but one such as 1e400 is beyond what a double holds, and would be
 * lost without a word.
 *
 * @returns how a sentence about the sample goes on; null: there is none
 */
export function notFinite(members: Members): string | null {
  for (const name in members) {
    const value = members[name]
    if (typeof value !== 'number' || Number.isFinite(value) || NO_CHANNELS.has(name)) continue
    return `has a member ${quotable(name)} that is ${WANTED.v}`
  }
  return null
}

function wrongMember(members: Members): string | null {
  const stamp = STAMPS.find((name) => isGiven(members[name]))
  for (const [name, type] of Object.entries(SAMPLE)) {
    const value = members[name]
    // A null says as much as no member at all, but of `r`.
    if (name === 'r' ? value === undefined : !isGiven(value)) continue
    if (STAMPS.includes(name) && name !== stamp) continue
    if (type.read(value) === null) {
      return `has a member ${name} that is ${WANTED[name as keyof typeof SAMPLE]}`
    }
  }
  return null
}

function wrongAsWhole(members: Members): string {
  const kind = OTHER_KINDS.find((name) => Object.hasOwn(members, name))
  if (kind !== undefined) return `is no sample but a line of another kind (${kind})`
  const [hasVoltage, hasCurrent] = [isGiven(members['v']), isGiven(members['a'])]
  if (hasVoltage !== hasCurrent) {
    const [one, other] = hasVoltage ? ['v', 'a'] : ['a', 'v']
    return `has ${one} without ${other}, and no number under another name`
  }
  if (!hasVoltage) return 'has no number that was measured'
  const power = (members['v'] as number) * (members['a'] as number)
  if (!Number.isFinite(power)) return 'has v and a whose product is no finite number'
  return `has members of a detail (${Object.keys(DETAIL).join(', ')}) that are not what they must be`
}

/** Members by which the wire tells lines of another kind (PROTOCOL.md 5 and 6). */
const OTHER_KINDS = ['hello', 'ack', 'nack', 'gone', 'cmd']

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function quotable(name: string): string {
  return JSON.stringify(name.length <= 40 ? name : `${name.slice(0, 40)}...`)
}
