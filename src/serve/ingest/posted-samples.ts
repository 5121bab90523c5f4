import { isUtf8 } from 'node:buffer'
import { decodeAnyLine } from '../../protocol/codec.ts'
import type { CrcErrorFrame, Frame, MalformedFrame, SampleFrame } from '../../protocol/frames.ts'
import { isRecord } from '../../util/records.ts'
import { elementsOf } from './json-elements.ts'
import { notFinite, ODD_SEQ, whyNoSample } from './wrong-member.ts'

/** What a body comes to: its samples, or the first thing in it that is none. */
export type Posted =
  | { readonly samples: readonly SampleFrame[] }
  | {
      /** What it counts as. */
      readonly frame: MalformedFrame | CrcErrorFrame
      /** What is wrong, and with which of them. */
      readonly why: string
    }

const MALFORMED: MalformedFrame = { kind: 'malformed', reason: 'json', protected: false }

/** A rule beside those of the wire. @returns how a sentence about the sample goes on; null: it keeps to it */
export type FurtherRule = (members: Readonly<Record<string, unknown>>) => string | null

/**
 * Reads a body of one sample or an array of them, each by the rules of the wire (contract 2.1), but for a number that is not
 * finite: nothing that was measured is left out in silence. All of it is right, or nothing of it is taken.
 */
export function readPosted(body: Uint8Array, rule: FurtherRule = () => null): Posted {
  if (!isUtf8(body)) return { frame: MALFORMED, why: 'the body is no UTF-8' }
  const text = Buffer.from(body).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { frame: MALFORMED, why: 'the body is no JSON' }
  }
  if (!Array.isArray(value)) return readAll([text.trim()], [value], rule, () => 'the sample')
  if (value.length === 0) return { frame: MALFORMED, why: 'the array is empty' }
  return readAll(elementsOf(text), value, rule, (i) => `sample ${i} (from 0) of the array`)
}

/** @param values of the texts */
function readAll(
  texts: readonly string[],
  values: readonly unknown[],
  rule: FurtherRule,
  nameOf: (i: number) => string,
): Posted {
  const samples: SampleFrame[] = []
  for (const [i, text] of texts.entries()) {
    const frame = decodeAnyLine(Buffer.from(text))
    const why = wrongOf(frame, values[i], rule)
    if (why !== null) return { frame: countedAs(frame), why: `${nameOf(i)} ${why}` }
    // Nothing is sent again for want of a number, and HTTP lets no damaged byte through unseen.
    samples.push({ ...(frame as SampleFrame), protected: true, resend: false })
  }
  return { samples }
}

/** @returns how the sentence about it goes on; null: it is a sample */
function wrongOf(frame: Frame, value: unknown, rule: FurtherRule): string | null {
  if (frame.kind === 'crc_error') {
    return frame.reason === 'mismatch' ? 'has a wrong crc' : 'has a crc that is not its last member'
  }
  if (!isRecord(value)) return 'is no object'
  if (frame.kind === 'sample') {
    return frame.oddSeq ? ODD_SEQ : (notFinite(value) ?? rule(value))
  }
  if (frame.kind === 'malformed') return rule(value) ?? whyNoSample(value)
  return `is no sample but a line of another kind (${frame.kind})`
}

function countedAs(frame: Frame): MalformedFrame | CrcErrorFrame {
  return frame.kind === 'crc_error' || frame.kind === 'malformed' ? frame : MALFORMED
}
