import type { Trace } from '../chart/trace.ts'
import { listedDevices } from '../figures/offer.ts'
import type { Snapshot } from '../monitor/view.ts'
import type { Clock } from '../util/clock.ts'
import type { Appearance } from './appearance.ts'
import type { CompareFeed } from './compare-feed.ts'
import { helpRoom } from './overlay.ts'
import { stripsFit } from './panels/chart-shape.ts'
import {
  cellUs,
  isChartApart,
  type PictureContext,
  panelsAlone,
  panelsOf,
  pictureLayout,
  placedChart,
} from './picture-context.ts'
import { compareMoments, compareRequest } from './picture-requests.ts'
import { comparable } from './view/compare.ts'
import { FigureMemory } from './view/figure-memory.ts'
import type { AnswerContext } from './view/key-answers.ts'
import type { Region, Size } from './view/layout.ts'
import { completePalette } from './view/palette-completion.ts'
import type { PaletteContext } from './view/palette-orders.ts'
import { fitSpan } from './view/time-window.ts'
import { noticed, type ViewState } from './view/view-state.ts'
import type { ViewFeed } from './view-feed.ts'

export interface ScreenStateOptions {
  readonly initial: ViewState
  readonly feed: ViewFeed
  readonly compare: CompareFeed
  readonly appearance: Appearance
  /** Of the terminal. */
  readonly size: () => Size
  readonly hints: boolean
  readonly clock: Clock
  /** @param first what the change is about: on a slow line it is sent before all else; null: everything */
  readonly onChange: (before: ViewState, after: ViewState, first: Region | null) => void
}

/** What the user looks at, and what pictures, keys and commands depend on besides. */
export class ScreenState {
  readonly #options: ScreenStateOptions
  readonly #figures = new FigureMemory()
  #view: ViewState

  constructor(options: ScreenStateOptions) {
    this.#options = options
    this.#view = options.initial
  }

  get view(): ViewState {
    return this.#view
  }

  get snapshot(): Snapshot | null {
    return this.#options.feed.snapshot
  }

  change(view: ViewState): void {
    const { help, burst, selected } = this.#view
    const isOver = view.help !== help || view.burst !== burst
    // What lies over the panels and another device change everything; most other keys are about the chart.
    this.#show(view, !isOver && view.selected === selected ? 'chart' : null)
  }

  /**
   * Tells the user something.
   *
   * @param ms how long it stands
   * @param view what is shown beside it
   */
  notice(text: string, ms?: number, view = this.#view): void {
    this.#show(noticed(view, text, this.viewContext, ms), 'events')
  }

  /** A key or a button was pressed. */
  touch(): void {
    this.#view = { ...this.#view, touched: true }
  }

  /** A notice has been read by whoever presses the next key. */
  dropNotice(): void {
    this.#view = { ...this.#view, notice: null }
  }

  /** Chooses the span that shows all there is, up to the longest. @returns false: there is nothing yet */
  fit({ oldestUs, sampleUs }: Snapshot): boolean {
    if (oldestUs === null || sampleUs === null) return false
    this.#view = fitSpan(this.#view, (sampleUs - oldestUs) / 1000)
    return true
  }

  get viewContext(): AnswerContext {
    const { feed, appearance } = this.#options
    const { snapshot } = feed
    const selected = snapshot?.number === this.#view.selected ? snapshot : null
    const context = this.pictureContext
    const trace = selected && this.traceOf(selected, context)
    const regions = snapshot === null ? {} : pictureLayout(snapshot, context).regions
    return {
      nowUs: snapshot?.nowUs ?? 0,
      ground: appearance.ground,
      hasColours: appearance.hasColours,
      devices: snapshot === null ? [] : listedDevices(snapshot).map(({ number }) => number),
      newestUs: selected?.sampleUs ?? null,
      oldestUs: selected?.oldestUs ?? null,
      regions: Object.keys(regions) as Region[],
      stripsFit: stripsFit(regions.chart?.height ?? 0),
      apart: snapshot !== null && isChartApart(snapshot, context),
      trace,
      cellUs: selected === null ? 0 : cellUs(placedChart(selected, trace, context), context),
      comparable: snapshot === null ? [] : comparable(snapshot),
      panels: snapshot === null ? [] : panelsOf(snapshot, context),
      alone: snapshot === null ? [] : panelsAlone(snapshot, context),
      help: helpRoom(snapshot, context),
    }
  }

  get paletteContext(): PaletteContext {
    const { clock, appearance } = this.#options
    const { hasColours } = appearance
    return { view: this.#view, snapshot: this.snapshot, hasColours, clock }
  }

  /** Of the device in full; where it is compared, the same as is compared. @param context as `pictureContext` is */
  traceOf({ number }: Snapshot, { compared } = this.pictureContext): Trace | null {
    return compared?.traces.get(number) ?? this.#options.feed.traceOf(number)
  }

  get pictureContext(): PictureContext {
    const context = this.#ownContext
    const { snapshot } = this
    const request = snapshot && compareRequest(snapshot, context)
    if (snapshot === null || request === null) return context
    const moments = compareMoments(snapshot, context)
    return { ...context, compared: this.#options.compare.of(request.devices, moments) }
  }

  get #ownContext(): PictureContext {
    const { feed, compare, appearance, size, hints } = this.#options
    const { prompt } = this.#view
    return {
      ...(prompt && { completion: completePalette(prompt.line, this.paletteContext) }),
      size: size(),
      view: this.#view,
      look: appearance.look,
      trouble: feed.trouble ?? compare.trouble,
      figures: this.#figures,
      hints,
    }
  }

  #show(view: ViewState, first: Region | null): void {
    const before = this.#view
    this.#view = view
    this.#options.onChange(before, view, first)
  }
}
