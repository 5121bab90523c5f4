import { decodeLine } from '../../protocol/codec.ts'
import type { Frame } from '../../protocol/frames.ts'
import { type LineSink, LineSplitter } from './line-splitter.ts'

export interface FrameSink {
  /** One line, whatever it turned out to be; discarded lines are frames, too. */
  frame(frame: Frame): void
}

const OVERLONG: Frame = { kind: 'overlong' }

/** Lines into frames: stands behind any splitter. */
export function decodeLines(sink: FrameSink): LineSink {
  return {
    line: (bytes) => sink.frame(decodeLine(bytes)),
    overlong: () => sink.frame(OVERLONG),
  }
}

/** Bytes into frames, whatever the chunks. */
export function decodeBytes(sink: FrameSink): LineSplitter {
  return new LineSplitter(decodeLines(sink))
}
