import type { Writable } from 'node:stream'
import type { Outputs } from '../../src/domain/outputs.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { Clock } from '../../src/util/clock.ts'
import { InaError } from '../../src/util/errors.ts'
import { systemSchedule } from '../../src/util/schedule.ts'
import { advance } from '../../src/util/serial-number.ts'
import { createDevice, type MockDeviceOptions } from '../device.ts'
import { LiveDevice } from '../live-device.ts'
import { printFrom } from '../stdout-runner.ts'
import { type MockSummary, summaryOf } from '../summary.ts'
import { RelayServer } from './relay-server.ts'
import { type PostCounts, SamplePoster } from './sample-poster.ts'

/** Where a board with a network of its own is to be reached, and posts to. */
export interface BoardPlan {
  /** Where samples are posted; null: they are printed. */
  readonly post: string | null
  /** Port of its relays, 0: any free one; null: it has none. */
  readonly relays: number | null
}

export interface BoardSummary extends MockSummary, Partial<PostCounts> {}

interface BoardWay {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Takes the lines of samples, where they are not posted. */
  readonly stdout: Writable
  /** Gets where its relays are, once they can be asked. */
  readonly ready: (url: string) => void
  /** Gets how posting goes, where that changes: a line for the user. */
  readonly say: (text: string) => void
  /**
   * Gets what the command ends with, once the summary is written. device_refused: the server takes no samples; device_silent: some
   * could not be posted, and no signal cut the run short.
   */
  readonly failed: (error: InaError) => void
}

/** The device takes commands at once: this is a fault of its line, ms. */
const ACK_MS = 1000

/**
 * Is the board of an energy store until its last sample or the signal.
 *
 * @param pace host ms per device ms
 * @throws InaError device_busy, device_denied: the port of the relays can't be had
 */
export async function serveStore(
  options: MockDeviceOptions,
  pace: number,
  { post, relays }: BoardPlan,
  { clock, signal, stdout, ready, say, failed }: BoardWay,
): Promise<BoardSummary> {
  const device = createDevice(options)
  let end: () => void = () => {}
  const over = new Promise<void>((resolve) => {
    end = resolve
  })
  let isRefused = false
  const refused = (error: InaError): void => {
    isRefused = true
    failed(error)
    end()
  }
  const poster = post === null ? null : new SamplePoster(post, { refused, say })
  const answers = new Answers()
  const live: LiveDevice = new LiveDevice({
    ...device,
    clock,
    schedule: systemSchedule,
    pace,
    lingerMs: 0,
    write: (text) => {
      const lines = text.split('\n').filter((each) => each !== '')
      const heard = lines.map((line) => ({ line, kind: answers.hear(line) }))
      if (poster === null) {
        const printed = heard.filter(({ kind }) => kind !== 'answer')
        printFrom(live, printed.map(({ line }) => `${line}\n`).join(''), stdout, signal)
      } else for (const { line, kind } of heard) if (kind === 'sample') poster.add(line)
    },
    finished: end,
  })
  const server = relays === null ? null : new RelayServer((wanted) => answers.ask(live, wanted))
  if (server !== null) ready(await server.listen(relays as number))
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  live.start()
  await over
  live.pause()
  await server?.close()
  const counts = await poster?.end()
  if (counts !== undefined && counts.unposted > 0 && !isRefused) failed(unposted(counts))
  return { ...summaryOf(options, device, live.outbox), ...counts }
}

function unposted({ posted, unposted }: PostCounts): InaError {
  const message = `${unposted} of ${posted + unposted} samples were never posted`
  return new InaError(
    'device_silent',
    message,
    'start serve before the mock, and end it after that',
  )
}

/** What the device answers to commands, kept apart from its samples. */
class Answers {
  #outputs: Outputs = {}
  #seq = 0
  readonly #waiting = new Map<number, (isDone: boolean) => void>()

  hear(line: string): 'answer' | 'sample' | 'other' {
    const frame = decodeLine(Buffer.from(line, 'latin1'))
    if (frame.kind === 'outputs') this.#outputs = frame.outputs
    else if (frame.kind === 'hello') this.#outputs = frame.outputs ?? this.#outputs
    else if (frame.kind === 'ack') this.#waiting.get(frame.seq)?.(true)
    else if (frame.kind === 'nack') this.#waiting.get(frame.seq ?? -1)?.(false)
    else return frame.kind === 'sample' ? 'sample' : 'other'
    return 'answer'
  }

  /** @param wanted to be switched; empty: it is asked how they are */
  async ask(live: LiveDevice, wanted: Outputs): Promise<Outputs | null> {
    const isQuestion = Object.keys(wanted).length === 0
    const command = isQuestion ? { cmd: 'hello' } : { cmd: 'set_output', value: wanted }
    this.#seq = advance(this.#seq)
    const seq = this.#seq
    const isDone = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), ACK_MS)
      this.#waiting.set(seq, (done) => {
        clearTimeout(timer)
        resolve(done)
      })
    })
    live.receive(Buffer.from(`${JSON.stringify({ ...command, seq })}\n`))
    const answered = await isDone
    this.#waiting.delete(seq)
    return answered ? this.#outputs : null
  }
}
