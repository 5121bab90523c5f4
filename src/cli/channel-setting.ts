import type { ChannelSetting } from '../domain/channels.ts'
import { ELECTRIC_CHANNELS, MAX_CHANNEL_ID, type ValueRange } from '../domain/channels.ts'
import { cleanText } from '../domain/sample.ts'
import { InaError } from '../util/errors.ts'

const HINT =
  'write [<device>:]<name>[:<unit>[:<lowest>..<highest>]], such as soc:%:0..100, lux:lx:0.. or soc'

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

/**
 * Reads `soc`, `soc:%`, `soc:%:0..100`, `lux:lx:0..`, `t::..125`.
 *
 * @param text all of the option's text, as errors quote it
 * @param at where the channel begins in it, behind the label of a device
 * @throws InaError usage_invalid, which names the character
 */
export function parseChannel(text: string, at = 0): ChannelSetting {
  const [id = '', unit = '', range, ...more] = text.slice(at).split(':')
  const unitAt = at + id.length + 1
  const rangeAt = unitAt + unit.length + 1
  checkId(id, text, at)
  if (more.length > 0) {
    throw wrong(text, rangeAt + (range?.length ?? 0), 'nothing may follow the range')
  }
  return {
    id: cleanText(id),
    unit: cleanText(unit.trim()),
    range: range === undefined ? null : parseRange(range, text, rangeAt),
  }
}

function checkId(id: string, text: string, at: number): void {
  if (id.trim() === '') throw wrong(text, at, 'the name of a channel is missing')
  if (id.length > MAX_CHANNEL_ID) {
    throw wrong(text, at + MAX_CHANNEL_ID, `a name has at most ${MAX_CHANNEL_ID} characters`)
  }
  const electric = ELECTRIC_CHANNELS.find((each) => each.id === id)
  if (electric === undefined) return
  throw new InaError(
    'usage_invalid',
    `--channel '${text}': ${id} is the ${electric.label.toLowerCase()} in ${electric.unit}, and no extra channel`,
    'its range follows from --max-voltage and --max-current',
  )
}

function parseRange(range: string, text: string, at: number): ValueRange {
  const dots = range.indexOf('..')
  if (dots < 0) throw wrong(text, at, "a range has '..' between its ends")
  const [low, high] = [range.slice(0, dots), range.slice(dots + 2)]
  const highAt = at + dots + 2
  if (low.trim() === '' && high.trim() === '') throw wrong(text, at, 'a range has an end')
  const min = parseEnd(low, Number.NEGATIVE_INFINITY, text, at)
  const max = parseEnd(high, Number.POSITIVE_INFINITY, text, highAt)
  if (min > max) throw wrong(text, highAt, `${max} is below ${min}`)
  return { min, max }
}

function parseEnd(end: string, open: number, text: string, at: number): number {
  if (end.trim() === '') return open
  // Not all that Number takes: the third dot of `0...5` is a slip, and no decimal point.
  const value = NUMBER.test(end.trim()) ? Number(end) : Number.NaN
  if (Number.isFinite(value)) return value
  throw wrong(text, at, `'${end}' is not a number`)
}

function wrong(text: string, at: number, why: string): InaError {
  return new InaError('usage_invalid', `--channel '${text}', character ${at + 1}: ${why}`, HINT)
}
