/**
 * A name as one level of a topic, so that it can't be taken for several or for a wildcard: what is not letter, digit or
 * one of `-_.:@~` is written as in URLs, byte by byte of its UTF-8. `/dev/ttyUSB0` is `%2Fdev%2FttyUSB0`.
 */
export function levelOf(name: string): string {
  const level = name.replaceAll(/[^\p{L}\p{M}\p{N}\-_.:@~]/gu, (character) => {
    const bytes = [...Buffer.from(character, 'utf8')]
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  })
  return level === '' ? '%00' : level
}

/** Where a sink publishes, and where it listens. */
export class Topics {
  readonly prefix: string
  /** Level of this process. */
  readonly logger: string
  readonly #levels = new Map<string, string>()

  /** @param prefix without a slash at its end */
  constructor(prefix: string, logger: string) {
    this.prefix = prefix
    this.logger = logger
  }

  get loggerAvailability(): string {
    return `${this.prefix}/${this.logger}/availability`
  }

  of(device: string, what: DeviceTopic): string {
    return `${this.#base(device)}/${what}`
  }

  /** Where answers go. @param level of a device */
  resultAt(level: string): string {
    return `${this.prefix}/${level}/set/result`
  }

  /** Filter of what all loggers say of their devices, and of themselves. */
  get availabilities(): string {
    return `${this.prefix}/+/availability`
  }

  /** Whose a topic of availability is; null: it is none. */
  availabilityAt(topic: string): string | null {
    const [begin, end] = [`${this.prefix}/`, '/availability']
    return topic.startsWith(begin) && topic.endsWith(end)
      ? topic.slice(begin.length, -end.length)
      : null
  }

  setOutput(device: string, output: string): string {
    return `${this.#base(device)}/output/${levelOf(output)}/set`
  }

  /** Filters of what may be asked for. */
  get orders(): string[] {
    return [`${this.prefix}/+/set`, `${this.prefix}/+/output/+/set`]
  }

  /** What a topic of an order is about; null: none of them. */
  orderAt(topic: string): { readonly level: string; readonly output: string | null } | null {
    if (!topic.startsWith(`${this.prefix}/`)) return null
    const [level, kind, output, set] = topic.slice(this.prefix.length + 1).split('/')
    if (level === undefined) return null
    if (kind === 'set' && output === undefined) return { level, output: null }
    return kind === 'output' && output !== undefined && set === 'set' ? { level, output } : null
  }

  #base(device: string): string {
    let level = this.#levels.get(device)
    if (level === undefined) {
      level = levelOf(device)
      this.#levels.set(device, level)
    }
    return `${this.prefix}/${level}`
  }
}

export type DeviceTopic = 'samples' | 'event' | 'loss' | 'run' | 'state' | 'availability' | 'set'
