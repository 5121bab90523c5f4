import { Noise } from '../mock/random.ts'
import { findScenario } from '../mock/scenarios/index.ts'
import type { Reading } from '../mock/scenarios/scenario.ts'
import type { Snapshot, View } from '../src/monitor/view.ts'
import { decodeLine } from '../src/protocol/codec.ts'
import type { Source, SourceSink } from '../src/sources/source.ts'
import type { ThemeName } from '../src/theme/themes.ts'
import { buildPicture } from '../src/tui/picture.ts'
import type { PictureContext } from '../src/tui/picture-context.ts'
import { traceRequest } from '../src/tui/picture-requests.ts'
import { pictureCells } from '../src/tui/svg/picture-cells.ts'
import { type ScreenCells, screenSvg } from '../src/tui/svg/screen-svg.ts'
import { FigureMemory } from '../src/tui/view/figure-memory.ts'
import type { Size } from '../src/tui/view/layout.ts'
import { lookOf } from '../src/tui/view/look.ts'
import { INITIAL_VIEW } from '../src/tui/view/view-state.ts'
import { startHub } from '../test/support/stream-rig.ts'

/** The first sample of all pictures, Unix ms. */
const BEGIN_MS = Date.UTC(2026, 10, 20, 14, 1)
const RATE = 20
const SEED = 7
/** Samples that never come: a hole, as a loose plug makes one. */
const HOLE = { fromS: 88, endS: 91 }

const LOG: NonNullable<Snapshot['log']> = {
  kind: 'recording',
  reason: '',
  queued: 0,
  logged: 0,
  bytes: 0,
  file: 'bench-7.db',
  bytesAtRetention: null,
}

/** A monitor of a mock device with a fixed seed, on a clock that stands still between the samples. */
class Rig {
  readonly view: View
  readonly #noise = new Noise(SEED)
  readonly #scenario: ReturnType<typeof findScenario>
  #sink: SourceSink | null = null
  #n = 0

  constructor(scenario: string) {
    this.#scenario = findScenario(scenario)
    const source: Source = {
      label: '/dev/ttyUSB0',
      duplex: false,
      live: false,
      mayFail: false,
      bytesPerSecond: null,
      start: (sink) => {
        this.#sink = sink
        sink.connected()
        sink.state('live', '')
      },
      write: () => {},
      pause: () => {},
      resume: () => {},
      stop: async () => {},
    }
    const clock = {
      wallMs: () => BEGIN_MS + (this.#n * 1000) / RATE,
      monoMs: () => (this.#n * 1000) / RATE,
    }
    this.view = startHub({ clock, sources: [source], devices: ['bench-7'] }).view
  }

  /** Up to so many seconds from the begin. */
  runTo(seconds: number): void {
    for (; this.#n < seconds * RATE; this.#n++) {
      const at = this.#n / RATE
      const out: Reading = { volts: 0, amps: 0, status: 'ok', mode: 'NORMAL', extras: null }
      this.#scenario.at(at, this.#n, this.#noise, out)
      if (at >= HOLE.fromS && at < HOLE.endS) continue
      const [v, a] = [out.volts.toFixed(3), out.amps.toFixed(4)]
      this.#sink?.frame(decodeLine(Buffer.from(`{"v":${v},"a":${a},"seq":${this.#n}}`)))
    }
  }

  async cells(context: PictureContext): Promise<ScreenCells> {
    const snapshot = { ...(await this.view.snapshot(0)), log: LOG }
    const request = traceRequest(snapshot, context)
    const trace = request && (await this.view.trace(request))
    return pictureCells(buildPicture(snapshot, trace, context))
  }
}

function contextOf(size: Size): PictureContext {
  const look = lookOf({ ascii: false, colour: true })
  return { size, view: INITIAL_VIEW, look, trouble: null, figures: new FigureMemory() }
}

/** The pictures of README and docs, by the names of their files. The same every time. */
export async function pictures(): Promise<ReadonlyMap<string, string>> {
  const still = await stillCells()
  const moving = await movingCells()
  const themes: readonly ThemeName[] = ['light', 'dark']
  return new Map(
    themes.flatMap((theme) => [
      [
        `screen-${theme}.svg`,
        screenSvg([still], { theme, title: 'The screen of ina219 monitor: a motor, 12 V' }),
      ],
      [
        `moving-${theme}.svg`,
        screenSvg(moving, { theme, title: 'ina219 monitor while a motor starts', frameS: 1 }),
      ],
    ]),
  )
}

async function stillCells(): Promise<ScreenCells> {
  const rig = new Rig('motor')
  rig.runTo(127)
  return rig.cells(contextOf({ columns: 100, rows: 30 }))
}

/** A start of the motor, a frame a second. */
async function movingCells(): Promise<readonly ScreenCells[]> {
  const rig = new Rig('motor')
  const context = contextOf({ columns: 66, rows: 14 })
  const frames: ScreenCells[] = []
  for (const at of [119, 120, 121, 122]) {
    rig.runTo(at)
    frames.push(await rig.cells(context))
  }
  return frames
}
