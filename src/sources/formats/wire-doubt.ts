import { isUtf8 } from 'node:buffer'
import type { Frame, SampleFrame } from '../../protocol/frames.ts'
import { isRecord } from '../../util/records.ts'
import { readName } from './names.ts'

/** Whether a line is one of the wire, or of a sketch that has never heard of it. */

export const OPEN_BRACE = 0x7b
const QUOTE = 0x22
const UTF8 = new TextDecoder('utf-8')

/** A line that the wire does not know, or a sample whose voltage and current have other names. */
export function isOdd(frame: Frame, bytes: Uint8Array): boolean {
  if (frame.kind === 'malformed') return true
  return frame.kind === 'sample' && !frame.electric && hasOtherNames(frame, bytes)
}

/** The names of the newest such sample, and the verdict: a device sends the same ones each time. */
let lastNames = ''
let lastCount = 0

function hasOtherNames({ extras }: SampleFrame, bytes: Uint8Array): boolean {
  const isNested = bytes.indexOf(OPEN_BRACE, bytes.indexOf(OPEN_BRACE) + 1) > 0
  const names = isNested ? namesIn(JSON.parse(textOf(bytes))) : Object.keys(extras ?? {})
  const key = names.join('\n')
  if (key !== lastNames) {
    lastNames = key
    lastCount = electricIn(names)
  }
  // The other one may be there with no number: `null`, `"nan"`.
  if (lastCount === 1 && !isNested) return electricIn(namesIn(JSON.parse(textOf(bytes)))) === 2
  return lastCount === 2
}

/** How many of voltage and current are among the names. */
function electricIn(names: readonly string[]): number {
  const found = new Set(names.map((name) => slotOf(name)))
  return (found.has('v') ? 1 : 0) + (found.has('a') ? 1 : 0)
}

/** Names of all members, those of objects within it, too. */
function namesIn(value: unknown): string[] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesIn(member)])
}

function slotOf(name: string): string | null {
  const { slot } = readName(name, null)
  return slot.kind === 'electric' ? slot.id : null
}

/** The first one that is no blank. */
export function firstByte(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => byte > 0x20)
}

/** An object with at least one quote: begun, whatever became of its end. */
export function isTornObject(bytes: Uint8Array): boolean {
  return firstByte(bytes) === OPEN_BRACE && bytes.includes(QUOTE)
}

/** UTF-8, else Latin-1, in which a sketch of an old editor writes its signs of units. */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? UTF8.decode(bytes) : Buffer.from(bytes).toString('latin1')
}
