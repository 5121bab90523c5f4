import { type Calibration, calibrationText } from '../domain/calibration.ts'
import { enclosesMeans } from '../domain/detail.ts'
import { DEFAULT_RANGE, type DeviceRange, isInRange } from '../domain/limits.ts'
import { type Epoch, markBadTime, markOutOfRange, type Sample } from '../domain/sample.ts'
import type { SampleFrame, Stamp } from '../protocol/frames.ts'
import type { LossReason } from '../protocol/link/missing-ranges.ts'
import type { Arrival } from '../protocol/link/sample-memory.ts'
import type { DeviceLog, LoggedRun } from '../storage/client/log.ts'
import { lossText } from '../util/loss-text.ts'
import { calibratedDetail, calibratedRange, electricValues } from './calibrated-values.ts'
import type { ChannelList } from './channel-list.ts'
import { clockText } from './clock-text.ts'
import type { DeviceRuns } from './device-runs.ts'
import type { EventReport } from './event-report.ts'
import type { Ledger } from './ledger.ts'
import { type LatePlace, Losses } from './losses.ts'
import type { SampleLimit } from './sample-limit.ts'
import type { StreamListener } from './stream-listener.ts'
import { type ClockNotice, type Entry, roomUs } from './time-entry.ts'

export interface RecorderOptions {
  readonly ledger: Ledger
  readonly runs: DeviceRuns
  readonly events: EventReport
  readonly channels: ChannelList
  readonly limit: SampleLimit
  readonly listener: StreamListener
  /** null with `--no-log` */
  readonly log: DeviceLog | null
  /** Replaces what the device says of its range, V and A. */
  readonly range: Partial<DeviceRange>
  /** What is applied to each sample; null: nothing */
  readonly calibration: Calibration | null
  /** What time stamps stand for just now, see `Timeline`. */
  readonly clockSnapshot: () => (stamp: Stamp) => number | null
}

/**
 * Makes samples of what has its place in time, judges their range, counts them
 * and hands them to log and listener; keeps the record of lost ones, and puts
 * those that come late where they were lost.
 */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #losses = new Losses()
  #range: DeviceRange
  /** Samples that came after all, but whose loss has no span in time yet. */
  #lateArrivals: Arrival[] = []
  #lastUs = 0
  /** It was reported that numbers are missing; once a run and connection. */
  #isUnnumbered = false
  /** Before this sample nothing was measured for a while, and no number says so; null: none such. */
  #beginning: SampleFrame | null = null
  /** Epoch in which the calibration was reported last. */
  #saidIn: number | null = null

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#range = this.#rangeFrom(DEFAULT_RANGE)
  }

  /** In force: what the user says, else the device, else the usual board. */
  get range(): DeviceRange {
    return this.#range
  }

  /** Time of the newest sample in order, Unix µs; 0: none yet. */
  get lastUs(): number {
    return this.#lastUs
  }

  useRange(range: DeviceRange): void {
    this.#range = this.#rangeFrom(range)
  }

  /** What the device could send, corrected as its samples are; what the user says is meant as it stands. */
  #rangeFrom(range: DeviceRange): DeviceRange {
    const { calibration } = this.#options
    return { ...calibratedRange(range, calibration), ...this.#options.range }
  }

  /** What is measured from this sample on does not follow on what was measured before. */
  beginsWith(frame: SampleFrame): void {
    this.#beginning = frame
  }

  /** Goes on with a run that an earlier run of the host has logged. */
  resumeAfter({ lastUs }: LoggedRun): void {
    this.#lastUs = lastUs
  }

  /** Another connection: a device that numbered nothing may do so now. */
  connected(): void {
    this.#isUnnumbered = false
  }

  /** The next sample in order has its place in time. */
  place(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    const { ledger, events, runs, limit } = this.#options
    if (limit.isReached) {
      // It waited when the limit was reached: as if never read.
      ledger.lines--
      return
    }
    const { frame, arrivalUs, healed } = entry
    // Before a new epoch may begin: what is missing belongs to the one under way.
    this.#settleLoss(timeUs, entry)
    if (notice !== null) this.#clockNotice(notice, frame)
    if (frame.seq === null) this.unnumbered('the device numbers nothing')
    if (healed && frame.seq !== null) events.healed(frame.seq)
    else events.endHealed()
    if (healed) ledger.recovered++
    if (frame === this.#beginning) this.#begin()
    const epoch = runs.current(timeUs)
    this.#sayCalibration(epoch, timeUs)
    const follows = runs.follows(timeUs, frame.seq)
    const isWrong = notice?.kind === 'contradicted'
    const sample = this.#sampleOf(
      frame,
      isWrong ? markBadTime(frame.status) : frame.status,
      timeUs,
      epoch.id,
      this.#lastUs > 0 && !follows,
      healed ? 'healed' : 'live',
    )
    this.#lastUs = timeUs
    this.#deliver(sample, arrivalUs, frame.mode)
    this.#placeLate()
  }

  /** On record as lost, and here after all. Where its loss has no span yet, it waits until it has. */
  late(arrival: Arrival): void {
    this.#lateArrivals.push(arrival)
    this.#placeLate()
  }

  /** @param held the sample before, where that has no time yet */
  lost(first: number, count: number, reason: LossReason, held: Entry | null): void {
    // Behind the last sample of this run, nobody looked: the next one may ask for it.
    if (this.#options.limit.isReached) return
    this.#options.ledger.lost += count
    this.#losses.add({ first, count, reason }, this.#lastUs, held)
  }

  unnumbered(why: string): void {
    if (this.#isUnnumbered) return
    this.#isUnnumbered = true
    this.#options.events.report('unnumbered', `${why}: no loss can be detected`)
  }

  /** The device began anew. @param boot its number; null: not known */
  restarted(boot: number | null, nowUs: number): void {
    this.#settleLoss(nowUs, null)
    this.#placeLate()
    this.#losses.clear()
    this.#isUnnumbered = false
    this.#beginBoot(boot)
  }

  /** The stream is over: what is missing is on record. */
  end(nowUs: number): void {
    this.#options.events.endHealed()
    this.#settleLoss(nowUs, null)
    this.#placeLate()
  }

  /** With each run of the log, so that what the device has sent can be computed from every part of it. */
  #sayCalibration({ id }: Epoch, timeUs: number): void {
    const { calibration, events } = this.#options
    if (calibration === null || id === this.#saidIn) return
    this.#saidIn = id
    const what = calibrationText(calibration)
    events.report('calibration', `applied by the host to what the device sends: ${what}`, timeUs)
  }

  #begin(): void {
    const { runs, listener } = this.#options
    this.#beginning = null
    runs.end()
    listener.clockSet()
  }

  #beginBoot(boot: number | null): void {
    const { ledger, runs, events } = this.#options
    ledger.reboots++
    runs.restarted(boot)
    events.report('restart', boot === null ? 'device restarted' : `device restarted, boot ${boot}`)
  }

  #clockNotice(notice: ClockNotice, frame: SampleFrame): void {
    const { runs, events, listener } = this.#options
    const { kind } = notice
    // The only sign of a restart where the device numbers nothing.
    if (kind === 'restarted' && frame.seq === null) {
      this.#beginBoot(null)
      return
    }
    // What lies between two times that a step parts was not measured: nothing is integrated over it.
    const isStep = kind === 'restarted' || kind === 'stepped' || kind === 'host_stepped'
    if (isStep) runs.end()
    if (kind === 'stepped' || kind === 'host_stepped') listener.clockSet()
    const text = clockText(notice, frame)
    if (kind === 'unset' || kind === 'unstamped') events.once('clock', kind, text)
    else events.report('clock', text)
  }

  /** Judges a sample's range, and counts it. */
  #sampleOf(
    frame: SampleFrame,
    status: string,
    timeUs: number,
    epochId: number,
    gapBefore: boolean,
    origin: Sample['origin'],
  ): Sample {
    const { ledger, channels, limit, calibration } = this.#options
    const { electric, seq } = frame
    // Here and nowhere else, before anybody judges or sees the values.
    const { voltage, current, power } = electricValues(frame, calibration)
    const extras = frame.extras === null ? null : channels.accept(frame.extras)
    if (frame.leftOut !== null) channels.leaveOut(frame.leftOut)
    const detail = calibratedDetail(frame, calibration)
    const inRange =
      (!electric || isInRange(voltage, current, power, this.#range, detail)) &&
      (detail === null || enclosesMeans(detail, voltage, current)) &&
      (extras === null || channels.areInRange(extras))
    if (inRange) ledger.samples++
    else ledger.out_of_range++
    limit.count()
    return {
      timeUs,
      electric,
      voltage,
      current,
      power,
      extras,
      detail,
      seq,
      status: inRange ? status : markOutOfRange(status),
      epochId,
      gapBefore,
      origin,
    }
  }

  #deliver(sample: Sample, arrivalUs: number, mode: string | null): void {
    const { log, listener, limit } = this.#options
    log?.append(sample)
    listener.sample(sample, arrivalUs, mode)
    if (limit.isReached) listener.ended('limit')
  }

  #placeLate(): void {
    if (this.#lateArrivals.length === 0) return
    const arrivals = this.#lateArrivals
    this.#lateArrivals = []
    for (const arrival of arrivals) {
      const seq = arrival.frame.seq ?? 0
      const place = this.#losses.take(seq, arrival.frame.stamp) ?? this.#forgotten()
      if (place === null) this.#lateArrivals.push(arrival)
      else this.#putInPlace(arrival, place)
    }
  }

  /** A loss that is remembered no more; null: it may be one whose span is not known yet. */
  #forgotten(): LatePlace | null {
    if (this.#losses.arePending) return null
    return { epoch: this.#options.runs.current(this.#lastUs), timeUs: this.#lastUs }
  }

  /** Puts a sample where it was lost, and takes it off the record. */
  #putInPlace({ frame, arrivalUs }: Arrival, { epoch, timeUs }: LatePlace): void {
    const { ledger, log, limit } = this.#options
    if (limit.isReached) {
      ledger.lines--
      return
    }
    const seq = frame.seq ?? 0
    const epochId = epoch.id
    const sample = this.#sampleOf(frame, frame.status, timeUs, epochId, false, 'late')
    ledger.lost--
    if (frame.resend) ledger.recovered++
    log?.lost({
      epochId,
      firstSeq: seq,
      count: 1,
      fromUs: timeUs,
      toUs: timeUs,
      reason: 'found',
    })
    this.#deliver(sample, arrivalUs, frame.mode)
  }

  /** @param placed the sample behind the holes; null: none will come */
  #settleLoss(toUs: number, placed: Entry | null): void {
    if (!this.#losses.arePending) return
    const { listener, log, runs, clockSnapshot } = this.#options
    const timeOf = clockSnapshot()
    const losses = this.#losses.settle(toUs, placed)
    // Before the first sample of all, what is missing has its place right before that.
    const isFirst = this.#lastUs === 0
    const steps = losses.reduce((sum, { count }) => sum + count, 1)
    const roomBeforeUs = isFirst ? roomUs(steps) : 0
    for (const loss of losses) {
      const { first: firstSeq, count, fromUs, reason } = loss
      listener.event({ timeUs: toUs, kind: 'lost', text: lossText(firstSeq, count, reason) })
      listener.lost(count, fromUs, toUs)
      const epoch = runs.current(toUs - roomBeforeUs)
      this.#losses.record({ ...loss, fromUs: fromUs - roomBeforeUs, epoch, timeOf })
      log?.lost({ epochId: epoch.id, firstSeq, count, fromUs, toUs, reason })
    }
  }
}
