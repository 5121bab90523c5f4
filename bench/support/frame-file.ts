import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Noise } from '../../mock/random.ts'
import { withCrc } from '../../src/protocol/crc.ts'
import { folder } from './child.ts'

/** `odd`: of a hundred lines three have another form than usual, and one is cut off. */
export type LineKind = 'plain' | 'crc' | 'odd'

export interface FrameFile {
  readonly file: string
  readonly lines: number
  readonly bytes: number
  /** Lines that are samples. */
  readonly samples: number
}

/** 2025-10-09T09:00:00Z, s: the same lines each time. */
export const START_S = 1_760_000_400
const CHUNK = 1 << 20

/** Frames at 100 Hz, as a file. */
export function frameFile(count: number, kind: LineKind): FrameFile {
  const file = join(folder, `frames-${kind}.jsonl`)
  const output = openSync(file, 'w')
  let [samples, bytes] = [0, 0]
  const lines = function* (): Iterable<string> {
    for (let seq = 0; seq < count; seq++) {
      const odd = kind === 'odd' ? noise.uniform(seq, 0) * 100 : 100
      if (odd >= 1) samples++
      yield kind === 'crc' ? withCrc(frameLine(seq, 100)) : frameLine(seq, 100, odd)
    }
  }
  for (const chunk of chunksOf(lines())) bytes += writeSync(output, chunk)
  closeSync(output)
  return { file, lines: count, bytes, samples }
}

const noise = new Noise(219)

/**
 * A line as a board sends it: a radio node with noise in steps of the sensor (4 mV, 0.1 mA, 2 mW), stamps in ms with
 * jitter, and now and then half a hundred that the sensor calls clipped.
 *
 * @param odd below 1: cut off; below 4: of another form; usual from there on
 */
export function frameLine(seq: number, rateHz: number, odd = 100): string {
  const sends = seq % 700 < 40
  const reversed = seq % 5000 < 20 ? 0.05 : 0
  const v = stepped(5.02 - (sends ? 0.06 : 0) + (noise.uniform(seq, 1) - 0.5) * 0.02, 250)
  const a = stepped(
    (sends ? 0.245 : 0.0214) + (noise.uniform(seq, 2) - 0.5) * 0.004 - reversed,
    10_000,
  )
  const w = stepped(v * Math.abs(a), 500)
  const ts = (START_S + (seq + noise.uniform(seq, 3) * 0.4) / rateHz).toFixed(3)
  const status = seq % 100_000 >= 99_950 ? 'clip' : 'ok'
  if (odd < 1) return `{"v":${v},"a":${a},"w":${w},"ts":${ts},"se`
  if (odd < 2) {
    return `{ "seq": ${seq}, "ts": ${ts}, "status": "${status}", "v": ${v}, "a": ${a}, "w": ${w} }`
  }
  const [vText, aText] = odd < 3 ? [v.toExponential(), a.toExponential()] : [v, a]
  const note = odd >= 3 && odd < 4 ? '"note":"\\u00b5",' : ''
  return `{"v":${vText},"a":${aText},"w":${w},"ts":${ts},"seq":${seq},${note}"status":"${status}"}`
}

/** Lines, each with its newline, in pieces of about a megabyte. */
export function* chunksOf(lines: Iterable<string>): Iterable<string> {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < CHUNK) continue
    yield text
    text = ''
  }
  yield text
}

/** The nearest of so many steps of one. */
function stepped(value: number, steps: number): number {
  return Math.round(value * steps) / steps
}
