import type { HelloFrame, SampleFrame } from '../protocol/frames.ts'
import type { Command, CommandResult } from '../protocol/link/commands.ts'
import { resultText } from './command-text.ts'

/** What came of one command. */
export interface Answer {
  readonly result: CommandResult
  /** The newest sample that came while it was under way; null: none did. */
  readonly sample: SampleFrame | null
  /** The newest `hello` that did. */
  readonly hello: HelloFrame | null
  /** The newest note that did. */
  readonly note?: string | null
}

/** A command as the user wrote it. */
export interface Order {
  readonly text: string
  readonly command: Command
}

/** What became of an order; `answer` is null where it was not sent. */
export interface Outcome extends Order {
  readonly answer: Answer | null
  /** In words. */
  readonly said: string
}

/** A device that takes commands, by itself or as part of a run. */
export interface Asked {
  ask(command: Command): Promise<Answer>
  /** As it has said in `hello`; null: it has not. */
  readonly firmware: string | null
}

/** Sends a command, waits for the answer, and puts it in words. */
export async function carryOut(order: Order, device: Asked): Promise<Outcome> {
  const { command } = order
  const answer = await device.ask(command)
  if (!isOk(answer)) {
    // Which firmware does not know it: not every device has said so by now.
    if (device.firmware === null && answer.result.kind === 'refused') {
      await device.ask({ cmd: 'hello' })
    }
    return { ...order, answer, said: resultText(answer.result, command, device.firmware) }
  }
  if (command.cmd === 'set_baud') return atNewRate(order, answer, device)
  return { ...order, answer, said: okText(command, answer) }
}

export function isOk({ result }: Answer): boolean {
  return result.kind === 'ok'
}

export function notSent(order: Order): Outcome {
  return { ...order, answer: null, said: 'not sent' }
}

/** The device has acknowledged a new rate: does it answer at that? */
async function atNewRate(order: Order, answer: Answer, device: Asked): Promise<Outcome> {
  const baud = String(order.command.value)
  const { result, hello } = await device.ask({ cmd: 'hello' })
  if (result.kind !== 'ok') {
    return {
      ...order,
      answer: { ...answer, result: { kind: 'unanswered' } },
      said: `acknowledged, but nothing is heard at ${baud} baud`,
    }
  }
  const said = `ok, the device answers at ${baud} baud (until a reset, unless it is saved)`
  return { ...order, answer: { ...answer, hello }, said }
}

function okText({ cmd }: Command, { sample, hello, note }: Answer): string {
  if (cmd === 'read' && sample !== null) return sampleText(sample)
  if (cmd === 'hello' && hello !== null) return helloText(hello)
  if (cmd === 'selftest') return note ?? 'ok'
  return 'ok'
}

function sampleText({ electric, voltage, current, power, extras, status }: SampleFrame): string {
  const parts = electric
    ? [`${voltage} V`, `${current} A`, ...(power === null ? [] : [`${power} W`])]
    : []
  for (const [id, value] of Object.entries(extras ?? {})) parts.push(`${id} ${value}`)
  return `${parts.join('  ')}  ${status}`
}

const UNITS: Readonly<Record<string, string>> = {
  interval: ' ms',
  shunt: ' ohm',
  range: ' V',
  amax: ' A',
  bits: ' bit',
  baud: ' baud',
  zero: ' A',
}

function helloText({ model, members, outputs }: HelloFrame): string {
  const parts = Object.entries(members)
    .filter(([name]) => name !== 'hello')
    .map(([name, value]) => `${name} ${value}${UNITS[name] ?? ''}`)
  const switched = Object.entries(outputs ?? {}).map(
    ([name, isOn]) => `output.${name} ${isOn ? 'on' : 'off'}`,
  )
  return [model, ...parts, ...switched].join(', ')
}
