import {
  type Answer,
  carryOut,
  isOk,
  notSent,
  type Order,
  type Outcome,
} from '../stream/carry-out.ts'
import type { DeviceTalk } from '../stream/device-talk.ts'
import { outcomeMembers } from '../stream/outcome-members.ts'
import { END_SIGNALS } from '../util/end-signals.ts'
import { InaError } from '../util/errors.ts'
import type { ProcessIo } from './io.ts'
import type { SourcePlan } from './run-plan.ts'
import { withDevice } from './with-device.ts'

/** What `send` is to do. */
export interface SendPlan {
  readonly source: SourcePlan
  /** In this order; at least one. */
  readonly orders: readonly Order[]
  readonly json: boolean
}

const BUSY_HINT =
  'give the settings to the monitor that has it (--set, or its configuration), or close that program'

/**
 * Sends commands to a device one after the other, and prints what it answers. After one
 * that was not carried out nothing more is sent: `save` must not keep half a change.
 *
 * @throws InaError device_denied, device_silent: not all were carried out
 */
export async function runSend(plan: SendPlan, io: ProcessIo): Promise<void> {
  const run = new SendRun(plan, io)
  const onSignal = (signal: NodeJS.Signals): void => {
    run.breakOff(signal)
    // A signal that is no longer caught ends this process.
    for (const each of END_SIGNALS) process.off(each, onSignal)
    process.kill(process.pid, signal)
  }
  for (const signal of END_SIGNALS) process.on(signal, onSignal)
  try {
    await withDevice(plan.source, io, BUSY_HINT, (talk) => run.sendAll(talk))
  } finally {
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
  }
  run.finish()
  refuseFailed(run.outcomes)
}

/** @throws InaError device_denied, device_silent: one of them was not carried out */
export function refuseFailed(outcomes: readonly Outcome[]): void {
  const failed = outcomes.find(({ answer }) => answer !== null && !isOk(answer))
  if (failed !== undefined) throw failure(failed, failed === outcomes.at(-1))
}

/** An array with one object a command. */
export function outcomesJson(outcomes: readonly Outcome[]): string {
  return `${JSON.stringify(outcomes.map(outcomeMembers), null, 2)}\n`
}

/** What has become of the orders so far; each is printed as soon as it is known. */
class SendRun {
  readonly outcomes: Outcome[] = []
  readonly #plan: SendPlan
  readonly #io: ProcessIo
  #isUnderWay = false
  #isOver = false

  constructor(plan: SendPlan, io: ProcessIo) {
    this.#plan = plan
    this.#io = io
  }

  async sendAll(talk: DeviceTalk): Promise<void> {
    for (const order of this.#plan.orders) {
      this.#isUnderWay = !this.#isOver
      const outcome = this.#isOver ? notSent(order) : await carryOut(order, talk)
      this.#isUnderWay = false
      this.#add(outcome)
      this.#isOver ||= outcome.answer === null || !isOk(outcome.answer)
    }
  }

  /** Ended from outside: whether the command under way was carried out nobody knows. */
  breakOff(signal: NodeJS.Signals): void {
    for (const order of this.#plan.orders.slice(this.outcomes.length)) {
      this.#add(this.#isUnderWay ? notAnswered(order, signal) : notSent(order))
      this.#isUnderWay = false
    }
    this.finish()
  }

  finish(): void {
    if (!this.#plan.json) return
    this.#io.stdout.write(outcomesJson(this.outcomes))
  }

  #add(outcome: Outcome): void {
    this.outcomes.push(outcome)
    if (!this.#plan.json) this.#io.stdout.write(`${outcome.text}: ${outcome.said}\n`)
  }
}

function notAnswered(order: Order, signal: NodeJS.Signals): Outcome {
  const answer: Answer = { result: { kind: 'unanswered' }, sample: null, hello: null }
  return { ...order, answer, said: `not answered (ended by ${signal})` }
}

function deniedHint(error: string): string {
  return error === 'range'
    ? "'ina219 send --help' has the ranges"
    : "see what the device is with 'ina219 send hello'"
}

/** @param isLast nothing was to be sent behind it */
function failure({ text, said, answer }: Outcome, isLast: boolean): InaError {
  if (answer?.result.kind === 'refused') {
    return new InaError(
      'device_denied',
      `${text} was not carried out: ${said}`,
      `${deniedHint(answer.result.error)}${isLast ? '' : '; what stands behind it was not sent'}`,
    )
  }
  return new InaError(
    'device_silent',
    `${text} was not carried out: ${said === 'unanswered' ? 'the device does not answer' : said}`,
    'is it a board with the firmware, and --baud its rate? A plain sketch hears no commands',
  )
}
