import { ChannelFigures, Figures } from '../../stats/figures.ts'
import { LEAST_IN_SECOND } from '../file/log-size.ts'

/** A second (Unix) of a device that gets a row. */
export interface SecondFigures {
  readonly second: number
  readonly figures: Figures
}

/** Gathers one minute of one device: as a whole, by seconds, by extra channels. */
export class MinuteFigures {
  /** All seconds that are over. */
  readonly total = new Figures()
  /** Those of them that get a row. */
  readonly seconds: SecondFigures[] = []
  /** By id of the channel. */
  readonly channels = new Map<number, ChannelFigures>()
  #second = -1
  #figures = new Figures()

  /** Where a sample of that second goes. @param second not before that of the sample before */
  at(second: number): Figures {
    if (second !== this.#second) {
      this.close()
      this.#second = second
    }
    return this.#figures
  }

  addExtra(channelId: number, value: number): void {
    let figures = this.channels.get(channelId)
    if (figures === undefined) {
      figures = new ChannelFigures()
      this.channels.set(channelId, figures)
    }
    figures.add(value)
  }

  /** The second under way is over. */
  close(): void {
    const figures = this.#figures
    if (figures.samples === 0) return
    this.total.merge(figures)
    if (figures.samples >= LEAST_IN_SECOND) {
      this.seconds.push({ second: this.#second, figures })
      this.#figures = new Figures()
    } else figures.clear()
  }
}
