// Claim: what the firmware sustains, in the emulated board's own time; with what limits it.
// Run: node bench/run.mjs board-rate [seconds]
import { Board } from '../mock/board/board.ts'
import { FLASH_BYTES, loadFirmware } from '../mock/board/firmware-image.ts'
import { decodeLine } from '../src/protocol/codec.ts'
import { LineSplitter } from '../src/sources/lines/line-splitter.ts'

const RATES = [115_200, 250_000, 500_000, 1_000_000]
const SECONDS = Number(process.argv[2] ?? 2)
/** The line is what limits from this share of its capacity on. */
const FULL_LINE = 0.95
/** Counts the pins step through, one a conversion pair, so that each sample says which pair it is. */
const STEPS = 1000

interface Sustained {
  readonly samples: number
  readonly bytes: number
  readonly baud: number
  /** Pairs the sensor converted meanwhile. */
  readonly pairs: number
  /** Samples whose voltage and current are of one pair. */
  readonly whole: number
  /** Samples that repeat the pair before. */
  readonly repeated: number
  readonly stackLeft: number
  /** Emulated over real time. */
  readonly speed: number
}

const firmware = loadFirmware()

function sustain(baud: number): Sustained {
  const board = new Board({
    firmware,
    sensor: {
      feed: (_timeS, pair) => ({
        voltage: (STEPS + (pair % STEPS)) * 4e-3,
        current: (STEPS + (pair % STEPS)) * 1e-4,
      }),
    },
  })
  let isMeasuring = false
  let samples = 0
  let bytes = 0
  let whole = 0
  let repeated = 0
  let before = -1
  let answers = 0
  const splitter = new LineSplitter({
    line: (line) => {
      const frame = decodeLine(line)
      if (frame.kind === 'hello' || frame.kind === 'ack') answers += 1
      if (frame.kind === 'nack') throw new Error(`refused: ${frame.error}`)
      if (frame.kind !== 'sample' || !isMeasuring) return
      const step = Math.round(frame.voltage / 4e-3)
      samples += 1
      bytes += line.length + 1
      if (step === Math.round(frame.current / 1e-4)) whole += 1
      if (step === before) repeated += 1
      before = step
    },
    overlong: () => {
      throw new Error('overlong line')
    },
  })
  board.onSerial = (byte) => splitter.push(Uint8Array.of(byte))
  const answered = (count: number): void => {
    for (let ms = 0; answers < count; ms++) {
      if (ms > 5000) throw new Error(`no answer at ${baud} baud`)
      board.runMs(1)
    }
  }
  answered(1)
  const commands = [
    `{"cmd":"set_baud","value":${baud},"seq":1}`,
    '{"cmd":"set_interval","value":0,"seq":2}',
  ]
  for (const [index, command] of commands.entries()) {
    board.write(`${command}\n`)
    answered(index + 2)
    board.runMs(10)
  }
  board.runMs(200)
  const realMs = performance.now()
  const pairsBefore = board.sensor.conversions
  isMeasuring = true
  board.runMs(SECONDS * 1000)
  return {
    samples,
    bytes,
    baud: board.baud,
    pairs: board.sensor.conversions - pairsBefore,
    whole,
    repeated,
    stackLeft: board.stackLeft,
    speed: (SECONDS * 1000) / (performance.now() - realMs),
  }
}

function limitOf({ samples, bytes, baud, pairs }: Sustained): string {
  if (samples >= pairs * 0.99) return 'the sensor'
  return bytes / SECONDS >= (baud / 10) * FULL_LINE ? 'the line' : 'the processor'
}

console.log('    baud  samples/s  bytes a line  line use  pairs/s  whole  repeated  limited by')
let stackLeft = Number.POSITIVE_INFINITY
let speed = Number.POSITIVE_INFINITY
for (const baud of RATES) {
  const result = sustain(baud)
  stackLeft = Math.min(stackLeft, result.stackLeft)
  speed = Math.min(speed, result.speed)
  console.log(
    [
      String(baud).padStart(8),
      (result.samples / SECONDS).toFixed(1).padStart(9),
      (result.bytes / result.samples).toFixed(1).padStart(12),
      `${((1000 * result.bytes) / SECONDS / result.baud).toFixed(1)} %`.padStart(8),
      (result.pairs / SECONDS).toFixed(1).padStart(7),
      `${((100 * result.whole) / result.samples).toFixed(1)} %`.padStart(7),
      String(result.repeated).padStart(7),
      limitOf(result),
    ].join('  '),
  )
}
console.log(`stack left at the worst: ${stackLeft} bytes`)
console.log(`flash: ${firmware.flashBytes} of ${FLASH_BYTES} bytes`)
console.log(`emulation at the slowest: ${speed.toFixed(1)} times real time`)
