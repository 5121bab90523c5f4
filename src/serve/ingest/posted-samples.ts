import { isUtf8 } from 'node:buffer'
import { decodeAnyLine } from '../../protocol/codec.ts'
import type { CrcErrorFrame, Frame, MalformedFrame, SampleFrame } from '../../protocol/frames.ts'
import { elementsOf } from './json-elements.ts'

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

/**
 * Reads a body of one sample or an array of them, each by the rules of the wire (contract 2.1).
 * All of it is right, or nothing of it is taken.
 */
export function readPosted(body: Uint8Array): Posted {
  if (!isUtf8(body)) return { frame: MALFORMED, why: 'the body is no UTF-8' }
  const text = Buffer.from(body).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { frame: MALFORMED, why: 'the body is no JSON' }
  }
  if (!Array.isArray(value)) return readAll([text.trim()], () => 'the sample')
  if (value.length === 0) return { frame: MALFORMED, why: 'the array is empty' }
  return readAll(elementsOf(text), (i) => `sample ${i} (from 0) of the array`)
}

function readAll(texts: readonly string[], nameOf: (i: number) => string): Posted {
  const samples: SampleFrame[] = []
  for (const [i, text] of texts.entries()) {
    const frame = decodeAnyLine(Buffer.from(text))
    const why = wrongOf(frame)
    if (why !== null) return { frame: countedAs(frame), why: `${nameOf(i)} ${why}` }
    // Nothing is sent again for want of a number, and HTTP lets no damaged byte through unseen.
    samples.push({ ...(frame as SampleFrame), protected: true, resend: false })
  }
  return { samples }
}

/** @returns how the sentence about it goes on; null: it is a sample */
function wrongOf(frame: Frame): string | null {
  switch (frame.kind) {
    case 'sample':
      return frame.oddSeq ? 'has a seq that is no whole number of 0 to 4294967295' : null
    case 'crc_error':
      return frame.reason === 'mismatch'
        ? 'has a wrong crc'
        : 'has a crc that is not its last member'
    case 'malformed':
      return frame.reason === 'member'
        ? 'has a member that is not of its type, or v without a and no other channel'
        : 'is no object with v and a, or a number under another name'
    default:
      return `is no sample but a line of another kind (${frame.kind})`
  }
}

function countedAs(frame: Frame): MalformedFrame | CrcErrorFrame {
  return frame.kind === 'crc_error' || frame.kind === 'malformed' ? frame : MALFORMED
}
