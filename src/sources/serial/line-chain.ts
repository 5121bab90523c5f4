import { type LineSink, LineSplitter } from '../lines/line-splitter.ts'

/** Bytes of one connection into lines. */
export interface LineChain {
  push(chunk: Uint8Array): void
  /** The connection is over: a line that broke off counts as a line. */
  end(): void
}

const LF = Buffer.from('\n')

/**
 * Port → cap → ReadlineParser → sink. The parser of serialport has no limit to
 * the length of a line, so ours stands before it and passes whole lines of at
 * most 512 bytes. Synchronous: lines come out before `push` returns.
 *
 * @param sink must not throw, after which the parser would take no more lines
 */
export async function createLineChain(sink: LineSink): Promise<LineChain> {
  const { ReadlineParser } = await import('@serialport/parser-readline')
  // latin1 is one character a byte, so that the CRC finds the very bytes that were sent;
  // object mode, for a stream of text swallows empty lines, and each line must be counted.
  const parser = new ReadlineParser({ encoding: 'latin1', readableObjectMode: true })
  parser.on('data', (text: string) => sink.line(Buffer.from(text, 'latin1')))
  return new LineSplitter({
    line: (bytes) => {
      parser.write(Buffer.concat([bytes, LF]))
    },
    overlong: () => sink.overlong(),
  })
}
