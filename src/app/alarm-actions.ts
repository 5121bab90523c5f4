import { type ChildProcess, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import type { AlarmEvent } from '../alarms/alarm.ts'
import { roundedValue } from '../alarms/event-text.ts'
import type { Hub } from '../monitor/hub.ts'
import type { DeviceNumber } from '../monitor/view.ts'
import { systemCode } from '../util/errors.ts'
import { formatIso } from '../util/time-text.ts'
import type { ProcessIo } from './io.ts'
import type { AlarmAction } from './run-plan.ts'

/** How long a program may run (contract, `--on-alarm`), ms. */
const LONGEST_MS = 30_000
/** Between SIGTERM and SIGKILL, ms. */
const LAST_WORDS_MS = 2000
/** How long the end of a run waits for programs, ms. */
const END_WAIT_MS = 5000
/** What a failed program printed last, as an event quotes it, in characters. */
const QUOTED_CHARS = 200
/** The same as it was printed, with colours. */
const KEPT_CHARS = 2000

type ProgramAction = Extract<AlarmAction, { kind: 'program' }>

interface Notice {
  readonly number: DeviceNumber
  readonly event: AlarmEvent
}

/** What is done when something happens to an alarm: programs and outputs of `--on-alarm`. Never waits. */
export class AlarmActions {
  readonly #actions: readonly AlarmAction[]
  readonly #hub: Hub
  readonly #io: ProcessIo
  /** One a program, device and rule: they run one at a time. */
  readonly #queues = new Map<string, ProgramQueue>()

  constructor(actions: readonly AlarmAction[], hub: Hub, io: ProcessIo) {
    this.#actions = actions
    this.#hub = hub
    this.#io = io
  }

  /** @param isSnoozed no program is run; an output is switched all the same, since it protects something */
  notice(number: DeviceNumber, event: AlarmEvent, isSnoozed: boolean): void {
    for (const [i, action] of this.#actions.entries()) {
      if (action.kind === 'program') {
        if (!isSnoozed)
          this.#queueOf(`${i} ${number} ${event.rule.name}`, action).add({ number, event })
      } else if (event.kind === 'alarm_on') {
        this.#switch(number, event, action.outputs)
      }
    }
  }

  /** Waits a while for programs that run, then ends them. */
  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((each) => each.close()))
  }

  #switch(
    number: DeviceNumber,
    { rule }: AlarmEvent,
    outputs: Readonly<Record<string, boolean>>,
  ): void {
    const stream = this.#hub.devices[number]?.stream
    if (stream?.source.duplex) this.#hub.command(number, { cmd: 'set_output', value: outputs })
    else {
      const text = `${rule.name} switches no output: ${stream?.source.label} is one way`
      stream?.report('alarm_program', text)
    }
  }

  #queueOf(key: string, action: ProgramAction): ProgramQueue {
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new ProgramQueue(action, {
        variables: (notice) => this.#variables(notice),
        onFailure: ({ number, event }, why) => {
          const text = `the program of ${event.rule.name}, ${action.file}, ${why}`
          this.#hub.devices[number]?.stream.report('alarm_program', text)
        },
      })
      this.#queues.set(key, queue)
    }
    return queue
  }

  #variables({ number, event }: Notice): NodeJS.ProcessEnv {
    const written = (value: number | null): string =>
      value === null ? '' : String(roundedValue(value))
    return {
      ...this.#io.env,
      INA219_ALARM_NAME: event.rule.name,
      INA219_ALARM_STATE: event.kind.slice('alarm_'.length),
      INA219_ALARM_VALUE: written(event.value),
      INA219_ALARM_PEAK: written(event.peak),
      INA219_ALARM_UNIT: event.unit,
      INA219_ALARM_DURATION_S: String(event.durationUs / 1e6),
      INA219_ALARM_DEVICE: this.#hub.devices[number]?.stream.device ?? '',
      INA219_ALARM_TIME: formatIso(event.timeUs),
      INA219_ALARM_RULE: event.rule.text,
    }
  }
}

interface QueueContext {
  readonly variables: (notice: Notice) => NodeJS.ProcessEnv
  /** @param why goes on from the name of the program */
  readonly onFailure: (notice: Notice, why: string) => void
}

/** One program for one rule of one device: one at a time, and of what waits the newest. */
class ProgramQueue {
  readonly #action: ProgramAction
  readonly #context: QueueContext
  #running: Promise<void> | null = null
  #child: ChildProcess | null = null
  #waiting: Notice | null = null
  #isClosed = false

  constructor(action: ProgramAction, context: QueueContext) {
    this.#action = action
    this.#context = context
  }

  add(notice: Notice): void {
    this.#waiting = notice
    this.#next()
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => {
      this.#isClosed = true
      this.#waiting = null
      if (this.#child !== null) endChild(this.#child)
    }, END_WAIT_MS)
    while (this.#running !== null) await this.#running
    clearTimeout(timer)
  }

  #next(): void {
    const notice = this.#waiting
    if (notice === null || this.#running !== null || this.#isClosed) return
    this.#waiting = null
    this.#running = this.#run(notice).then((why) => {
      this.#running = null
      this.#child = null
      if (why !== null) this.#context.onFailure(notice, why)
      this.#next()
    })
  }

  /** @returns why it failed; null: it did not */
  #run(notice: Notice): Promise<string | null> {
    const { file, args } = this.#action
    return new Promise((resolve) => {
      const child = spawn(file, args, {
        env: this.#context.variables(notice),
        stdio: ['ignore', 'ignore', 'pipe'],
        // A group of its own: its children end with it, and Ctrl-C is not for it.
        detached: process.platform !== 'win32',
        windowsHide: true,
      })
      this.#child = child
      let isTooLong = false
      let said = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-KEPT_CHARS)
      })
      const timer = setTimeout(() => {
        isTooLong = true
        endChild(child)
      }, LONGEST_MS)
      child.on('error', (error) => {
        clearTimeout(timer)
        resolve(`could not be started (${systemCode(error) ?? error.message})`)
      })
      // Not `close`: a child of it may keep the pipe open.
      child.on('exit', (code, signal) => {
        clearTimeout(timer)
        child.stderr?.destroy()
        resolve(failureOf({ code, signal, isTooLong, said }))
      })
    })
  }
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly isTooLong: boolean
  readonly said: string
}

function failureOf({ code, signal, isTooLong, said }: Ending): string | null {
  if (isTooLong) return `ran for more than ${LONGEST_MS / 1000} s and was ended`
  if (signal !== null) return `was ended by ${signal}`
  if (code === 0) return null
  const lines = stripVTControlCharacters(said).trim().split('\n')
  const last = lines.at(-1)?.trim().slice(-QUOTED_CHARS) ?? ''
  return `failed with exit code ${code}${last === '' ? '' : `: ${last}`}`
}

function endChild(child: ChildProcess): void {
  kill(child, 'SIGTERM')
  const timer = setTimeout(() => kill(child, 'SIGKILL'), LAST_WORDS_MS)
  child.once('exit', () => clearTimeout(timer))
}

/** The program and its children, where the system has groups of processes. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // It has just ended by itself.
  }
}
