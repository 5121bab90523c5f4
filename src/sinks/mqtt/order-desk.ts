import { errorText } from '../../util/errors.ts'
import type { OrderAnswer, Orders, SinkOrder } from '../orders.ts'
import type { Received } from './connection.ts'
import { levelOf, type Topics } from './topics.ts'

/** Orders under way: each waits for its device. As many as the API takes. */
const MOST_UNDER_WAY = 16
/** Devices of this process are known within that time after its start, or there are none, ms. */
const SETTLED_MS = 3000
/** Characters of an order. */
const MOST_LENGTH = 4000

export interface OrderDeskParts {
  readonly topics: Topics
  readonly orders: Orders
  /** Devices of this process. */
  readonly devices: () => readonly string[]
  /** Whether another logger with the same prefix has a device of that level. */
  readonly isElsewhere: (level: string) => boolean
  readonly answer: (topic: string, payload: string, correlation: Buffer | null) => void
}

/**
 * Takes what is published to `<prefix>/<device>/set` and `<prefix>/<device>/output/<name>/set`, and publishes what
 * came of it to `<prefix>/<device>/set/result`, and where the sender wants it.
 */
export class OrderDesk {
  readonly #parts: OrderDeskParts
  #underWay = 0
  /** What came before the devices were known; null: they are, or there are none. */
  #early: Received[] | null = []

  constructor(parts: OrderDeskParts) {
    this.#parts = parts
    setTimeout(() => this.settle(), SETTLED_MS).unref()
  }

  /** @returns false: the message is none of an order */
  take(message: Received): boolean {
    const { topics, devices } = this.#parts
    const asked = topics.orderAt(message.topic)
    if (asked === null) return false
    // That clears a retained one.
    if (message.payload.length === 0 && message.isRetained) return true
    const known = devices()
    if (known.length === 0 && this.#early !== null) {
      if (this.#early.length < MOST_UNDER_WAY) this.#early.push(message)
      else
        this.#answer(message, asked.level, { isOk: false, text: 'the devices are not known yet' })
      return true
    }
    const device = known.find((each) => levelOf(each) === asked.level)
    if (device !== undefined) void this.#carryOut(message, device, asked.output)
    else if (!this.#parts.isElsewhere(asked.level)) {
      const text = `there is no device ${asked.level} here`
      this.#answer(message, asked.level, { isOk: false, text })
    }
    return true
  }

  /** The devices have come to be known, or there are none: what came before that is for one of them, or for nobody. */
  settle(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const message of early) this.take(message)
  }

  async #carryOut(message: Received, device: string, output: string | null): Promise<void> {
    const { orders } = this.#parts
    const level = levelOf(device)
    if (message.isRetained) {
      const text = `a retained command was ignored: ${message.topic} (publish it without the retain flag, and clear that one)`
      void orders({ kind: 'note', device, text })
      this.#answer(message, level, { isOk: false, text: 'retained commands are ignored' })
      return
    }
    const asked = readOrder(message.payload.toString('utf8'), device, output)
    if (typeof asked === 'string') {
      this.#answer(message, level, { isOk: false, text: asked })
      return
    }
    if (this.#underWay >= MOST_UNDER_WAY) {
      const text = 'many commands are under way: try again when the devices have answered'
      this.#answer(message, level, { isOk: false, text })
      return
    }
    this.#underWay++
    const answer = await orders(asked)
    this.#underWay--
    this.#answer(message, level, answer)
  }

  /** @param level of the device in topics */
  #answer(message: Received, level: string, answer: OrderAnswer): void {
    const id = idOf(message)
    const { isOk, text, outcomes } = answer
    const { responseTopic, correlation, topic } = message
    const payload = JSON.stringify({
      ...(id === undefined ? {} : { id }),
      ok: isOk,
      topic,
      text,
      ...(outcomes === undefined ? {} : { outcomes }),
    })
    const { topics } = this.#parts
    this.#parts.answer(topics.resultAt(level), payload, correlation)
    if (responseTopic !== null && isForAnswers(responseTopic)) {
      this.#parts.answer(responseTopic, payload, correlation)
    }
  }
}

/** Never to where commands go: an answer is none. */
function isForAnswers(topic: string): boolean {
  return topic !== '' && !/[+#]|^\$|\/set$/.test(topic)
}

/** @returns what is wrong with it, in words */
function readOrder(text: string, device: string, output: string | null): SinkOrder | string {
  if (text.length > MOST_LENGTH) return `a command has ${MOST_LENGTH} characters at most`
  if (text.trim() === '') return 'an empty message asks for nothing'
  if (output !== null) return outputOrder(text, device, output)
  if (!text.trimStart().startsWith('{')) return { kind: 'words', device, words: text }
  let members: Record<string, unknown>
  try {
    members = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return `that is no JSON: ${errorText(error)}`
  }
  const { id: _, ...rest } = members
  return orderOf(rest, device)
}

/** What the sender tells the answer by, whatever else is in the message; undefined: it gave nothing that can be read. */
function idOf({ payload }: Received): unknown {
  // A character is three bytes at most, or two characters are four.
  if (payload.length > 3 * MOST_LENGTH) return undefined
  try {
    const members: unknown = JSON.parse(payload.toString('utf8'))
    return members !== null && typeof members === 'object' && 'id' in members
      ? members.id
      : undefined
  } catch {
    return undefined
  }
}

/** As Home Assistant says it, and as people do. */
function outputOrder(text: string, device: string, output: string): SinkOrder | string {
  const to = text.trim().toLowerCase()
  if (to !== 'on' && to !== 'off') return 'an output is switched with ON or OFF'
  let name: string
  try {
    name = decodeURIComponent(output)
  } catch {
    return `there is no output ${output}`
  }
  if (/[\s,=:]/.test(name)) return `there is no output ${name}`
  return { kind: 'words', device, words: `output.${name}=${to}` }
}

function orderOf(members: Record<string, unknown>, device: string): SinkOrder | string {
  const names = Object.keys(members)
  if (names.length === 0) return 'nothing is asked for'
  const { totals, acknowledge, words } = members
  if (names.length === 1 && totals !== undefined) {
    return totals === 'reset' ? { kind: 'totals_reset', device } : 'totals can only be "reset"'
  }
  if (names.length === 1 && acknowledge !== undefined) {
    if (typeof acknowledge !== 'string') return 'acknowledge takes the name of an alarm, or "*"'
    return { kind: 'alarm_ack', device, name: acknowledge === '*' ? null : acknowledge }
  }
  if (names.length === 1 && typeof words === 'string') return { kind: 'words', device, words }
  const alone = ['totals', 'acknowledge', 'words'].find((each) => names.includes(each))
  if (alone !== undefined) return `${alone} has to be alone, with an id at most`
  const settings = Object.entries(members).map(([name, value]) => settingOf(name, value))
  if (settings.includes(null)) {
    return 'a setting is a number, a text without blanks, true, false, or null for a command without a value'
  }
  return { kind: 'words', device, words: settings.join(' ') }
}

/** `interval=100`; null: it can't be one. */
function settingOf(name: string, value: unknown): string | null {
  if (/[\s,=]/.test(name)) return null
  if (value === null) return name
  if (typeof value === 'boolean') return `${name}=${value ? 'on' : 'off'}`
  if (typeof value === 'number') return `${name}=${value}`
  return typeof value === 'string' && !/[\s,]/.test(value) ? `${name}=${value}` : null
}
