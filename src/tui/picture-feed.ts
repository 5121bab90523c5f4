import type { Snapshot, View } from '../monitor/view.ts'
import { CompareFeed } from './compare-feed.ts'
import type { PictureAnswers } from './picture.ts'
import type { PictureContext } from './picture-context.ts'
import {
  compareMoments,
  compareRequest,
  momentRequest,
  overviewTraceRequest,
  p95Windows,
  selectionRequest,
  statisticsRequest,
  traceRequest,
} from './picture-requests.ts'
import type { Region } from './view/layout.ts'
import { ViewFeed } from './view-feed.ts'
import { WindowPercentiles } from './window-percentiles.ts'

export interface PictureFeedOptions {
  readonly view: View
  readonly onSnapshot: (snapshot: Snapshot) => void
  /** An answer has come. @param regions where it is to be seen */
  readonly onNews: (regions: readonly Region[]) => void
  /** An answer was of no use, or an error: something else may be asked. */
  readonly onDropped: () => void
  readonly monoMs: () => number
}

/** Where an answer is to be seen. */
const NEWS: Readonly<
  Record<'trace' | 'statistics' | 'moment' | 'overview' | 'compare' | 'p95', readonly Region[]>
> = {
  trace: ['chart'],
  statistics: ['chart', 'table', 'totals'],
  moment: ['values', 'table', 'totals'],
  overview: ['overview'],
  compare: ['chart', 'table'],
  p95: ['table'],
}

/** All that pictures need of the view: asks for it, and has the newest answers. */
export class PictureFeed {
  /** About the device in full. */
  readonly own: ViewFeed
  readonly compare: CompareFeed
  readonly #percentiles: WindowPercentiles

  constructor({ view, onSnapshot, onNews, onDropped, monoMs }: PictureFeedOptions) {
    this.own = new ViewFeed({
      view,
      onSnapshot,
      onNews: (what) => onNews(NEWS[what]),
      onDropped,
      monoMs,
    })
    this.compare = new CompareFeed({
      view,
      onNews: () => onNews(NEWS.compare),
      onDropped,
      monoMs,
    })
    this.#percentiles = new WindowPercentiles({
      view,
      onNews: () => onNews(NEWS.p95),
      onDropped: () => {},
      monoMs,
    })
  }

  /** Asks for all else that the picture of a snapshot shows. @param isChartDue also for the chart */
  ask(snapshot: Snapshot, context: PictureContext, isChartDue: boolean): void {
    if (isChartDue) {
      const several = compareRequest(snapshot, context)
      const isAmong = several?.devices.includes(snapshot.number) === true
      const request = isAmong ? null : traceRequest(snapshot, context)
      this.own.askTrace(request, snapshot.sampleUs ?? 0)
      this.compare.ask(several)
    }
    this.compare.askMoments(compareMoments(snapshot, context))
    this.own.askStatistics(
      statisticsRequest(snapshot, context),
      selectionRequest(snapshot, context),
    )
    this.#percentiles.ask(snapshot.number, p95Windows(snapshot, context))
    this.own.askOverview(overviewTraceRequest(snapshot, context))
    this.own.askMoment(momentRequest(snapshot, context))
  }

  /** What has been answered of that, beside the chart's trace. */
  answersFor(snapshot: Snapshot, context: PictureContext): PictureAnswers {
    const statistics = statisticsRequest(snapshot, context)
    const selected = selectionRequest(snapshot, context)
    const moment = momentRequest(snapshot, context)
    const traced = traceRequest(snapshot, context)
    return {
      statistics: statistics && this.own.statisticsOf(statistics),
      selected: selected && this.own.statisticsOf(selected),
      moment: moment && this.own.momentOf(moment),
      overview: this.own.overviewOf(snapshot.number),
      isReading: traced !== null && this.own.isReading(traced),
      p95: this.#percentiles.of(snapshot.number, p95Windows(snapshot, context)),
    }
  }
}
