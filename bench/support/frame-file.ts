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

/** 2025-10-09, s. The device's own stamps: the same file each time. */
const START_S = 1_760_000_000
const RATE_HZ = 100
const CHUNK = 1 << 20

/**
 * A file of lines as a board at 100 Hz sends them: a radio node with noise in steps of the sensor (4 mV, 0.1 mA, 2 mW),
 * stamps in ms with jitter, a status that is not `ok` now and then.
 */
export function frameFile(count: number, kind: LineKind): FrameFile {
  const file = join(folder, `frames-${kind}.jsonl`)
  const noise = new Noise(219)
  const output = openSync(file, 'w')
  let [samples, bytes, text] = [0, 0, '']
  for (let seq = 0; seq < count; seq++) {
    const odd = kind === 'odd' ? noise.uniform(seq, 0) * 100 : 100
    if (odd >= 1) samples++
    text += `${lineOf(seq, odd, kind === 'crc', noise)}\n`
    if (text.length < CHUNK && seq < count - 1) continue
    bytes += writeSync(output, text)
    text = ''
  }
  closeSync(output)
  return { file, lines: count, bytes, samples }
}

function lineOf(seq: number, odd: number, hasCrc: boolean, noise: Noise): string {
  const sends = seq % 700 < 40
  const v = stepped(5.02 - (sends ? 0.06 : 0) + (noise.uniform(seq, 1) - 0.5) * 0.02, 250)
  const a = stepped(
    (sends ? 0.245 : 0.0214) + (noise.uniform(seq, 2) - 0.5) * 0.004 - (seq % 5000 < 20 ? 0.05 : 0),
    10_000,
  )
  const w = stepped(v * Math.abs(a), 500)
  const ts = (START_S + seq / RATE_HZ + noise.uniform(seq, 3) * 0.004).toFixed(3)
  const status = noise.uniform(seq, 4) < 0.001 ? 'clip' : 'ok'
  if (odd < 1) return `{"v":${v},"a":${a},"w":${w},"ts":${ts},"se`
  if (odd < 2)
    return `{ "seq": ${seq}, "ts": ${ts}, "status": "${status}", "v": ${v}, "a": ${a}, "w": ${w} }`
  if (odd < 3)
    return `{"v":${v.toExponential()},"a":${a.toExponential()},"w":${w},"ts":${ts},"seq":${seq},"status":"${status}"}`
  if (odd < 4)
    return `{"v":${v},"a":${a},"w":${w},"ts":${ts},"seq":${seq},"note":"\\u00b5","status":"${status}"}`
  const line = `{"v":${v},"a":${a},"w":${w},"ts":${ts},"seq":${seq},"status":"${status}"}`
  return hasCrc ? withCrc(line) : line
}

/** The nearest of so many steps of one. */
function stepped(value: number, steps: number): number {
  return Math.round(value * steps) / steps
}
