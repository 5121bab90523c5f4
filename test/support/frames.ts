import type { SampleFrame } from '../../src/protocol/frames.ts'

/** A sample frame with the given number; values follow from it, so that two numbers never look alike. */
export function sampleFrame(seq: number | null, change: Partial<SampleFrame> = {}): SampleFrame {
  const n = seq ?? 0
  return {
    kind: 'sample',
    electric: true,
    extras: null,
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
