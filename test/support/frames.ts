import type { Frame, SampleFrame } from '../../src/protocol/frames.ts'

/** A sample frame with the given number; values follow from it, so that two numbers never look alike. */
export function sampleFrame(seq: number | null, change: Partial<SampleFrame> = {}): SampleFrame {
  const n = seq ?? 0
  return {
    kind: 'sample',
    electric: true,
    extras: null,
    detail: null,
    leftOut: null,
    voltage: 5 + (n % 1000) / 1000,
    current: 0.1,
    power: null,
    stamp: { kind: 'none' },
    seq,
    oddSeq: false,
    status: 'ok',
    mode: null,
    protected: true,
    resend: false,
    ...change,
  }
}

/** A line that carries a text (PROTOCOL.md 5.5), without its newline. */
export function noteLine(text: string): string {
  return `{"type":"status","message":${JSON.stringify(text)}}`
}

/** A frame in a word: a note's text, a sample's number, else what kind it is. */
export function frameText(frame: Frame): string {
  if (frame.kind === 'note') return frame.message
  return frame.kind === 'sample' ? `#${frame.seq}` : frame.kind
}
