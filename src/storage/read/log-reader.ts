import type Database from 'better-sqlite3'
import type { Trace } from '../../chart/trace.ts'
import type { Cycles } from '../../stats/cycles.ts'
import { byChannelId } from '../../stats/statistics-feed.ts'
import { logFilePath } from '../../util/paths.ts'
import { Catalog } from '../file/catalog.ts'
import { logError, readError } from '../file/log-errors.ts'
import { type LogOwner, openForReading } from '../file/log-file.ts'
import { SampleScan } from '../file/sample-scan.ts'
import { BucketQuery } from './bucket-query.ts'
import { burstsIn, burstWithId } from './burst-query.ts'
import { ChannelCatalog } from './channel-catalog.ts'
import { CyclesQuery } from './cycles-query.ts'
import { DigitScan, STATES } from './digit-scan.ts'
import { ExtrasScan } from './extras-scan.ts'
import type {
  Bucket,
  BucketRow,
  DetailedBucket,
  DigitPage,
  FlowsById,
  LoggedBurst,
  LoggedChannel,
  LoggedEvent,
  LoggedLoss,
  LoggedSample,
  LoggedTotals,
  LogOverview,
  LogRange,
  LogSpan,
  Moment,
  MomentWish,
  RowNames,
  SamplePage,
  SpanFigures,
  StatisticsWish,
} from './log-query.ts'
import { eventsIn, lossesIn } from './log-records.ts'
import { MomentQuery } from './moment-query.ts'
import { overviewOf } from './overview-query.ts'
import { SamplePages } from './sample-pages.ts'
import { SpanQuery } from './span-query.ts'
import { StatisticsQuery } from './statistics-query.ts'
import { StatisticsScan } from './statistics-scan.ts'
import { TotalsQuery } from './totals-query.ts'
import { TraceQuery } from './trace-query.ts'

/** Samples that are read while a screen waits: about a second. */
const READ_AT_ONCE = 500_000

/**
 * Reads a log, also one that is being written. All of it is of one moment, that
 * of `open`: one read transaction, which the writer's WAL grows over until `close`.
 * Rows come in pages, so that memory stays flat. What damage there is shows itself
 * on the way, as an InaError log_damaged from any of the methods.
 */
export class LogReader {
  readonly #db: Database.Database
  readonly #file: string
  readonly #catalog: Catalog
  readonly #channels: ChannelCatalog
  readonly #pages: SamplePages
  readonly #digits: DigitScan
  readonly #spans: SpanQuery
  readonly #buckets: BucketQuery
  readonly #statisticsScan: StatisticsScan
  readonly #statistics: StatisticsQuery
  readonly #traces: TraceQuery
  readonly #totals: TotalsQuery
  readonly #cycles: CyclesQuery
  readonly #moments: MomentQuery

  private constructor(db: Database.Database, file: string) {
    this.#db = db
    this.#file = file
    this.#catalog = new Catalog(db)
    this.#channels = new ChannelCatalog(db)
    const scan = new SampleScan(db, this.#catalog)
    this.#digits = new DigitScan(db)
    const extras = this.#channels.isEmpty ? null : new ExtrasScan(db, this.#channels)
    this.#pages = new SamplePages(this.#catalog, scan, extras)
    this.#spans = new SpanQuery(db, this.#catalog, scan)
    this.#buckets = new BucketQuery(db, this.#catalog, this.#channels, scan, this.#spans)
    this.#statisticsScan = new StatisticsScan(db, this.#catalog, scan, extras)
    this.#statistics = new StatisticsQuery(this.#catalog, this.#statisticsScan)
    this.#traces = new TraceQuery(db, this.#catalog, this.#channels, scan, this.#buckets)
    this.#totals = new TotalsQuery(db, this.#catalog, scan, this.#spans, this.#buckets)
    this.#cycles = new CyclesQuery(this.#catalog, scan)
    this.#moments = new MomentQuery(db, {
      catalog: this.#catalog,
      channels: this.#channels,
      scan,
      extras,
      spans: this.#spans,
      buckets: this.#buckets,
    })
    process.once('exit', this.#onExit)
  }

  /** @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable, usage_invalid */
  static open(path: string, owner: LogOwner = 'other'): LogReader {
    const file = logFilePath(path)
    const db = openForReading(file, owner)
    try {
      db.exec('BEGIN')
      return new LogReader(db, file)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    process.off('exit', this.#onExit)
    this.#db.close()
  }

  /** A reader of our output that went away ends the process: SQLite's files beside the log go all the same. */
  readonly #onExit = (): void => {
    this.#db.close()
  }

  /** Labels, in the order in which they came into the log. */
  get devices(): readonly string[] {
    return [...this.#catalog.devices.values()]
  }

  /**
   * Extra channels in order of their first appearance.
   *
   * @param device null: of all devices
   * @param withDetail those as well that the details of samples are kept in (docs/log.md)
   */
  channels(device: string | null, withDetail = false): LoggedChannel[] {
    const ids = new Set(this.#catalog.idsOf(device))
    const shown = new Set([...ids].flatMap((id) => this.#channels.of(id)))
    return [...this.#channels.byId.values()]
      .filter((each) => (withDetail ? ids.has(each.deviceId) : shown.has(each)))
      .map(({ name, deviceId, unit }) => ({
        id: name,
        device: this.#catalog.nameOf(deviceId),
        unit,
      }))
  }

  /** null: nothing in the log (of that device) */
  span(device: string | null): LogSpan | null {
    return this.#read(() => this.#spans.span(device))
  }

  /** Oldest raw sample, Unix µs; null where there are only roll-ups. */
  oldestRawUs(device: string | null): number | null {
    return this.#read(() => this.#spans.oldestRawUs(device))
  }

  /**
   * Pages of raw samples in order of time.
   *
   * @param withExtras false: without extra channels, and so without valid samples of these alone
   */
  *samples(range: LogRange, withExtras = true): Generator<LoggedSample[]> {
    for (const { samples } of this.samplePages(range, withExtras)) yield samples
  }

  /**
   * The first raw samples of a span as digits, of all devices; null: it has none. What looks unusual
   * is to be read by `samples`.
   */
  digits(span: LogSpan): DigitPage | null {
    return this.#read(() => this.#digits.page(span))
  }

  /**
   * That a span has as many rows as were read of it, of all devices, by `digits` or `samplePages`.
   *
   * @throws InaError log_damaged
   */
  checkSpan(span: LogSpan, rowCount: number): void {
    this.#read(() => this.#digits.checkSpan(span, rowCount))
  }

  readonly namesOf: RowNames = (run) => {
    if (Number.isNaN(run)) return null
    return this.#read(() => {
      const deviceId = this.#catalog.deviceOf(Math.floor(run / STATES))
      if (deviceId < 0) return null
      const { text: status } = this.#catalog.status(run % STATES)
      return { device: this.#catalog.nameOf(deviceId), status }
    })
  }

  /** The same with how far in the log each page reaches, so that another reader can go on behind it. */
  samplePages(range: LogRange, withExtras: boolean): Generator<SamplePage> {
    return this.#rows(this.#pages.pages(range, withExtras))
  }

  /**
   * One bucket a device over the part of the range that its own samples span, up to the newest
   * of them; none for a device without samples in it.
   */
  totals(range: LogRange): Bucket[] {
    return this.#read(() => this.#buckets.totals(range))
  }

  /** What a device comes to since its totals were reset; null: the log has nothing of the device. */
  totalsSince(device: string): LoggedTotals | null {
    return this.#read(() => this.#totals.totals(device))
  }

  /** A load that repeats in the raw samples of one device; null: none is seen. */
  cycles(range: LogRange): Cycles | null {
    return this.#read(() => this.#cycles.cycles(range))
  }

  /**
   * Buckets of equal length at multiples of it since 1970, from the first to the
   * last sample of each device; empty ones, too. In order of time, then device.
   *
   * @param everyUs whole µs, above 0
   */
  buckets(range: LogRange, everyUs: number): Generator<Bucket> {
    return this.#rows(this.#buckets.buckets(range, everyUs))
  }

  /**
   * Those of `buckets` that have samples, of one device; `lost` are those since the end of the one
   * before. With buckets of 1 µs each sample is one.
   *
   * @param everyUs whole µs, above 0
   */
  bucketsWithSamples(
    range: LogRange & { readonly device: string },
    everyUs: number,
  ): Generator<BucketRow> {
    return this.#rows(this.#buckets.withSamples(range, everyUs))
  }

  /** What `totals` gave for the range, with the statistics of each channel: every sample of it is read. */
  detailedTotals(
    totals: readonly Bucket[],
    range: LogRange,
    wish: StatisticsWish,
  ): DetailedBucket[] {
    const everyUs = Number.POSITIVE_INFINITY
    return this.#read(() => [...this.#statistics.detailed(totals, range, everyUs, wish)])
  }

  /** What a span of one device comes to, for a screen that waits. */
  statistics(device: string, fromUs: number, toUs: number): SpanFigures {
    const range = { fromUs, toUs, device }
    const totals = this.totals(range)
    const [total = null] = totals
    if (total === null) return { total, channels: {}, missing: null }
    if (total.samples > READ_AT_ONCE) return { total, channels: {}, missing: 'too_many' }
    const [detailed] = this.detailedTotals(totals, range, {
      withPercentiles: true,
      withMoments: true,
    })
    const statistics = detailed?.statistics ?? null
    if (statistics === null) return { total, channels: {}, missing: 'expired' }
    return { total, channels: byChannelId(statistics), missing: null }
  }

  /**
   * What the channels of a device come to over time between each two cuts, by id; those that have measured values.
   * Read from its samples.
   *
   * @param cuts Unix µs, rising
   */
  flows(device: string, cuts: readonly number[]): FlowsById[] {
    return this.#read(() => {
      const [id] = this.#catalog.idsOf(device)
      if (id === undefined) return cuts.slice(1).map(() => ({}))
      return this.#statisticsScan.flows(id, cuts).map((each) => byChannelId(each))
    })
  }

  /** `buckets` with the statistics of each channel: every sample of the range is read. */
  detailedBuckets(
    range: LogRange,
    everyUs: number,
    wish: StatisticsWish,
  ): Generator<DetailedBucket> {
    const buckets = this.#buckets.buckets(range, everyUs)
    return this.#rows(this.#statistics.detailed(buckets, range, everyUs, wish))
  }

  /**
   * A span of one device, folded for a chart; from the roll-ups as far as they serve, so
   * that slots of some minutes take milliseconds whatever the rate.
   *
   * @param fromUs begin, cut to a multiple of `slotUs`; Unix µs
   * @param slotUs whole µs, above 0
   * @param count slots of the trace
   * @param clip samples outside are left out
   */
  series(
    device: string,
    fromUs: number,
    slotUs: number,
    count: number,
    clip: LogSpan | null = null,
  ): Trace {
    return this.#read(() => this.#traces.series(device, fromUs, slotUs, count, clip))
  }

  /**
   * A sample or an event of one device; null: there is none. The largest and smallest values are
   * looked for in the roll-ups first, so that 48 h take milliseconds whatever the rate.
   */
  find(device: string, wish: MomentWish): Moment | null {
    return this.#read(() => this.#moments.find(device, wish))
  }

  /** All that a screen shows of a device at once; null: the log has nothing of it. @param windowsS lengths in s */
  overview(device: string, windowsS: readonly number[]): LogOverview | null {
    return this.#read(() => overviewOf(this, this.#db, device, windowsS))
  }

  /** Lost ranges that reach into the range, in order of time. */
  losses(range: LogRange): Generator<LoggedLoss> {
    return this.#rows(lossesIn(this.#db, range))
  }

  /** Events in order of time. */
  events(range: LogRange): Generator<LoggedEvent> {
    return this.#rows(eventsIn(this.#db, range))
  }

  /** Bursts in order of time. @param most the newest so many; null: all of them */
  bursts(range: LogRange, most: number | null = null): LoggedBurst[] {
    return this.#read(() => burstsIn(this.#db, range, most))
  }

  /** null: there is none of that number */
  burst(id: number): LoggedBurst | null {
    return this.#read(() => burstWithId(this.#db, id))
  }

  /** Turns the damage and the failures that show themselves on the way into an InaError. */
  #read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw readError(error, this.#file)
    }
  }

  /** The same for rows that come one by one. */
  *#rows<T>(rows: Generator<T>): Generator<T> {
    try {
      yield* rows
    } catch (error) {
      throw readError(error, this.#file)
    }
  }
}
