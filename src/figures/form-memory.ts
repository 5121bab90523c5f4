import { type AxisFormOf, finestHeight } from '../chart/axis-form.ts'
import { type Channel, powerDecimals } from '../domain/channels.ts'
import type { DeviceNumber, Snapshot } from '../monitor/view.ts'
import { numberText } from '../util/number-text.ts'
import {
  inUnit,
  type ScaledUnit,
  scaledUnit,
  sentDecimals,
  type UnitChoice,
} from '../util/scaled-unit.ts'
import { type GaugeScale, type GaugeSpan, gaugeScale } from './gauge-scale.ts'

/** How figures that belong together are written: in one unit, with the same decimals. */
export interface FigureForm {
  readonly unit: ScaledUnit
  /** Of the scaled unit. */
  readonly decimals: number
}

interface Held {
  readonly exponent: number
  /** A smaller unit would do since then, Unix µs; null: it would not. */
  readonly lowSinceUs: number | null
}

interface Counted {
  readonly count: number
  /** When it last went up, Unix µs; null: not since the screen was opened. */
  readonly roseUs: number | null
}

/** What was counted is news for so long, µs. */
const NEWS_US = 60e6
/** A load that comes and goes keeps its unit: a smaller one is taken after so long, µs. */
const STEP_DOWN_AFTER_US = 10e6
/** In µA a reading of a whole number still has one decimal, as its mean has. */
const MICRO_DECIMALS = 1
const MICRO = -6

/** What decides how a unit is written, beside the figure. */
export interface UnitLook {
  /** `uA` in place of `µA`. */
  readonly ascii: boolean
}

/**
 * What figures were written with in the last picture, so that the next one does not change it without
 * need: units, decimals, scales of gauges. The same snapshot twice gives the same figures; a new memory
 * gives those of a screen that has just been opened.
 */
export class FormMemory<L extends UnitLook> {
  readonly #unitText: (text: string, look: L) => string
  #choice: UnitChoice = 'auto'
  #nowUs = 0
  readonly #units = new Map<string, Held>()
  readonly #decimals = new Map<string, number>()
  readonly #scales = new Map<string, GaugeScale>()
  readonly #counts = new Map<string, Counted>()

  /** @param unitText a unit, which may come from outside, as it is shown */
  constructor(unitText: (text: string, look: L) => string) {
    this.#unitText = unitText
  }

  /** To be called with what the next picture shows. */
  begin(snapshot: Snapshot, choice: UnitChoice): void {
    this.#choice = choice
    this.#nowUs = snapshot.nowUs
    const { number, channels, values, windows, devices } = snapshot
    this.#see(number, channels, values)
    for (const { stats } of windows) {
      for (const channel of channels) {
        const stat = Object.hasOwn(stats, channel.id) ? stats[channel.id] : undefined
        if (stat) for (const each of [stat.min, stat.max]) this.#seeValue(number, channel, each)
      }
    }
    for (const brief of devices) this.#see(brief.number, brief.channels, brief.values)
  }

  /**
   * The unit of figures that belong together.
   *
   * @param place what they are, such as `charge`: those of one place share a unit from picture to picture
   * @param unit bare
   * @param magnitude the largest of them, in the bare unit
   * @param decimals that they have in the bare unit; a unit that has none of them is not stepped down to
   */
  unit(place: string, unit: string, magnitude: number, look: L, decimals?: number): ScaledUnit {
    const held = this.#units.get(place) ?? null
    const options = {
      choice: this.#choice,
      ascii: look.ascii,
      ...(decimals === undefined ? {} : { decimals }),
    }
    const wanted = scaledUnit(unit, magnitude, held?.exponent ?? null, options)
    // What begins at nothing has not said yet how large it is.
    if (held === null && magnitude === 0) return this.#shown(wanted, look)
    if (held === null || wanted.exponent >= held.exponent || this.#choice !== 'auto') {
      this.#units.set(place, { exponent: wanted.exponent, lowSinceUs: null })
      return this.#shown(wanted, look)
    }
    const lowSinceUs = held.lowSinceUs ?? this.#nowUs
    const isDue = this.#nowUs - lowSinceUs >= STEP_DOWN_AFTER_US
    this.#units.set(
      place,
      isDue ? { exponent: wanted.exponent, lowSinceUs: null } : { ...held, lowSinceUs },
    )
    return this.#shown(isDue ? wanted : scaledUnit(unit, 0, held.exponent, options), look)
  }

  /**
   * How figures of a channel are written.
   *
   * @param place as for `unit`; the device and the channel are part of it by themselves
   * @param values those shown, in the channel's unit
   */
  form(
    place: string,
    device: DeviceNumber,
    channel: Channel,
    values: readonly number[],
    look: L,
  ): FigureForm {
    const decimals = this.decimals(device, channel)
    const key = `${place} ${device} ${channel.id}`
    return formIn(this.unit(key, channel.unit, magnitudeOf(values), look, decimals), decimals)
  }

  /** The same for figures that stand still, such as those at a cursor: they need no memory against flicker. */
  stillForm(
    device: DeviceNumber,
    channel: Channel,
    values: readonly number[],
    look: L,
  ): FigureForm {
    const decimals = this.decimals(device, channel)
    const options = { choice: this.#choice, ascii: look.ascii, decimals }
    return formIn(
      this.#shown(scaledUnit(channel.unit, magnitudeOf(values), null, options), look),
      decimals,
    )
  }

  /** The same with every digit that was sent, for where there is room. */
  fullForm({ unit }: FigureForm, device: DeviceNumber, channel: Channel): FigureForm {
    return { unit, decimals: decimalsIn(unit, this.#sent(device, channel)) }
  }

  /**
   * Decimals of a channel in its bare unit: those of the INA219's own steps, and more where the device has
   * sent more (a larger shunt, means). Power, which is mostly computed, has those that voltage and
   * current bear.
   */
  decimals(device: DeviceNumber, channel: Channel): number {
    if (channel.quantity !== 'power') return this.#sent(device, channel)
    return powerDecimals(this.#decimals.get(`${device} a`) ?? 0)
  }

  /** Of axes, which move in steps that are large enough for their units not to flicker. */
  axisForms(device: DeviceNumber, look: L): AxisFormOf {
    return (channel, magnitude) => {
      const decimals = this.decimals(device, channel)
      const options = { choice: this.#choice, ascii: look.ascii, decimals }
      return {
        finest: finestHeight(channel, decimals, magnitude),
        unit: (largest) => this.#shown(scaledUnit(channel.unit, largest, null, options), look),
      }
    }
  }

  /** The unit of a figure that is round and does not wander. @param choice default: the user's */
  plainUnit(unit: string, magnitude: number, look: L, choice = this.#choice): ScaledUnit {
    return this.#shown(scaledUnit(unit, magnitude, null, { choice, ascii: look.ascii }), look)
  }

  /** Whether a count has gone up within the last minute: what is long past warns of nothing. */
  hasRisen(place: string, count: number): boolean {
    const before = this.#counts.get(place)
    const isRise = before !== undefined && count > before.count
    const roseUs = isRise ? this.#nowUs : (before?.roseUs ?? null)
    this.#counts.set(place, { count, roseUs })
    return roseUs !== null && this.#nowUs - roseUs < NEWS_US
  }

  /** Where the bar of a channel begins and ends, in its unit. */
  scale(device: DeviceNumber, channel: Channel, span: GaugeSpan): GaugeScale {
    const key = `${device} ${channel.id}`
    const finest = 10 ** -this.decimals(device, channel)
    const scale = gaugeScale(span, finest, this.#scales.get(key) ?? null)
    this.#scales.set(key, scale)
    return scale
  }

  #shown(unit: ScaledUnit, look: L): ScaledUnit {
    return { ...unit, text: this.#unitText(unit.text, look) }
  }

  #sent(device: DeviceNumber, channel: Channel): number {
    return Math.max(leastDecimals(channel), this.#decimals.get(`${device} ${channel.id}`) ?? 0)
  }

  #see(
    device: DeviceNumber,
    channels: readonly Channel[],
    values: Readonly<Record<string, number>> | null,
  ): void {
    for (const channel of values === null ? [] : channels) {
      if (values && Object.hasOwn(values, channel.id)) {
        this.#seeValue(device, channel, values[channel.id] ?? 0)
      }
    }
  }

  #seeValue(device: DeviceNumber, channel: Channel, value: number): void {
    const key = `${device} ${channel.id}`
    const decimals = sentDecimals(value)
    const before = Math.max(leastDecimals(channel), this.#decimals.get(key) ?? 0)
    if (decimals > before) this.#decimals.set(key, decimals)
  }
}

/** Of what the INA219 measures its own steps are known; of any other channel, what was sent. */
function leastDecimals({ quantity, decimals }: Channel): number {
  return quantity === null ? 0 : decimals
}

/** A figure in at most so many cells, without its unit. @param value in the bare unit */
export function figureText(value: number, { unit, decimals }: FigureForm, cells: number): string {
  return numberText(inUnit(value, unit.exponent), decimals, cells)
}

/** `245.3 mA`; without a unit the number alone. */
export function withUnit(text: string, { text: unit }: ScaledUnit): string {
  return unit === '' ? text : `${text} ${unit}`
}

function magnitudeOf(values: readonly number[]): number {
  return Math.max(0, ...values.map(Math.abs))
}

/** @param decimals of the bare unit */
function formIn(unit: ScaledUnit, decimals: number): FigureForm {
  // In kA as in A: three more would be digits that nobody reads. What is sent in whole lx has three in klx.
  const more = Math.max(0, unit.exponent)
  const shown = Math.min(decimals + more, Math.max(decimals, more))
  return { unit, decimals: decimalsIn(unit, shown - more) }
}

function decimalsIn({ exponent }: ScaledUnit, decimals: number): number {
  return Math.max(exponent <= MICRO ? MICRO_DECIMALS : 0, decimals + exponent)
}
