import { type Calibration, type Correction, NEUTRAL } from '../domain/calibration.ts'
import { fitCorrection, type KnownPoint } from '../domain/calibration-fit.ts'
import { SHUNT_LSB_V } from '../domain/limits.ts'
import type { HelloFrame, SampleFrame } from '../protocol/frames.ts'
import type { Command } from '../protocol/link/commands.ts'
import { resultText } from '../stream/command-text.ts'
import type { DeviceTalk } from '../stream/device-talk.ts'
import { type MeanOf, meanOf, type Unsteady, unsteady } from '../stream/steady-mean.ts'
import { formatDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import type { ProcessIo } from './io.ts'
import type { SourcePlan } from './run-plan.ts'
import { withDevice } from './with-device.ts'

/** One point of a calibration: what the reference says. 0 A is the zero. */
export interface Step {
  readonly quantity: 'current' | 'voltage'
  /** A or V */
  readonly reference: number
}

export interface CalibratePlan {
  readonly source: SourcePlan
  /** Waits until the next step can be measured; null: no more of them. */
  readonly nextStep: (done: number) => Promise<Step | null>
  /** How long each point is averaged. */
  readonly averageMs: number
  /** Largest standard deviation in A (V); null: 0.5 % of the mean, at least 5 counts of the sensor */
  readonly spreadLimit: number | null
  /** What the host applies to this device. */
  readonly before: Calibration
  /** True: for this side, even where the device can store a calibration. */
  readonly forHost: boolean
  /** True: nothing is stored. */
  readonly isTrial: boolean
}

/** What came of it. */
export interface CalibrateResult {
  /** What the host is to apply from now on. */
  readonly host: Calibration
  /** What the device is to apply to its current, and does but in a trial; null: it is left as it is */
  readonly device: Correction | null
  /** What the device says of itself; null: nothing */
  readonly hello: HelloFrame | null
}

const MIN_SAMPLES = 5
/** Without a sample for so long, in ms, there is nothing to measure. */
const SILENT_MS = 15_000
const LOOK_MS = 50
const BUSY_HINT = 'stop that program for the calibration'
const UNITS = { current: 'A', voltage: 'V' } as const

/**
 * Measures known points, fits what has to be applied, and stores it in the device where that
 * can; where not, that is for the caller.
 *
 * @throws InaError device_silent, device_unsteady, device_denied, input_invalid
 */
export function runCalibrate(plan: CalibratePlan, io: ProcessIo): Promise<CalibrateResult> {
  return withDevice(plan.source, io, BUSY_HINT, (talk) => calibrate(plan, talk, io))
}

async function calibrate(
  plan: CalibratePlan,
  talk: DeviceTalk,
  io: ProcessIo,
): Promise<CalibrateResult> {
  await talk.ask({ cmd: 'hello' })
  const { hello } = talk
  const applied = hello?.calibration ?? null
  const isForDevice = applied !== null && !plan.forHost
  const points: Record<Step['quantity'], KnownPoint[]> = { current: [], voltage: [] }
  for (let done = 0; ; done++) {
    const step = await plan.nextStep(done)
    if (step === null) break
    const of = await measure(step, plan, talk, io)
    io.stdout.write(`${stepText(step, of, plan.averageMs)}\n`)
    const own = isForDevice && step.quantity === 'current' ? applied : NEUTRAL
    // As the device would say it without what it applies itself.
    const read = of.mean / own.gain + own.offset
    points[step.quantity].push({ read, reference: step.reference })
  }
  const before = isForDevice ? applied : plan.before.current
  const current = fitted(points.current, before, 'current', io)
  refuseLoad(current, hello)
  const voltage = fitted(points.voltage, plan.before.voltage, 'voltage', io)
  const onHost = { ...plan.before, ...(voltage === null ? {} : { voltage }) }
  if (current === null) return { host: onHost, device: null, hello }
  if (!isForDevice) return { host: { ...onHost, current }, device: null, hello }
  if (!plan.isTrial) await store(current, talk)
  // The device does all of it now.
  return { host: { ...onHost, current: NEUTRAL }, device: current, hello }
}

function stepText({ quantity, reference }: Step, of: MeanOf, averageMs: number): string {
  const unit = UNITS[quantity]
  const what = reference === 0 ? 'zero' : `point ${reference} ${unit}`
  const spread = `spread ${of.spread.toFixed(6)} ${unit}`
  return `${what}: mean ${of.mean.toFixed(6)} ${unit}, ${spread}, ${of.samples} samples in ${formatDuration(averageMs)}`
}

async function measure(
  step: Step,
  plan: CalibratePlan,
  talk: DeviceTalk,
  io: ProcessIo,
): Promise<MeanOf> {
  const frames = await collect(plan.averageMs, talk, io)
  const values = frames.map(({ current, voltage }) =>
    step.quantity === 'current' ? current : voltage,
  )
  const of = meanOf(values)
  const countOf = { current: SHUNT_LSB_V / shuntOf(talk.hello), voltage: 0.004 }[step.quantity]
  const limit = plan.spreadLimit ?? Math.max(5 * countOf, Math.abs(of.mean) * 0.005)
  const trouble = unsteady(frames, values, limit)
  if (trouble !== null) throw notSteady(step, trouble)
  return of
}

/** Ohm. */
function shuntOf(hello: HelloFrame | null): number {
  const shunt = hello?.members['shunt']
  return typeof shunt === 'number' && shunt > 0 ? shunt : 0.1
}

/** Samples of so long a time; in poll mode they are asked for. */
async function collect(
  averageMs: number,
  talk: DeviceTalk,
  io: ProcessIo,
): Promise<readonly SampleFrame[]> {
  const frames: SampleFrame[] = []
  const startMs = io.clock.monoMs()
  let heardMs = startMs
  const leave = talk.onSample((frame) => {
    heardMs = io.clock.monoMs()
    if (frame.electric) frames.push(frame)
  })
  const isPolled = talk.hello?.mode === 'poll'
  try {
    // The first one may have begun before the load was there.
    while (io.clock.monoMs() - startMs < averageMs || frames.length <= MIN_SAMPLES) {
      if (io.clock.monoMs() - heardMs > SILENT_MS) throw noSamples()
      if (isPolled) await talk.ask({ cmd: 'read' })
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  } finally {
    leave()
  }
  return frames.slice(1)
}

/** @returns null: there was no point of that quantity */
function fitted(
  points: readonly KnownPoint[],
  before: Correction,
  quantity: Step['quantity'],
  io: ProcessIo,
): Correction | null {
  if (points.length === 0) return null
  const fit = fitCorrection(points, before)
  const unit = UNITS[quantity]
  if (fit === null || fit.correction.gain < 0.5 || fit.correction.gain > 2) {
    const read = points.map((each) => `${each.read.toFixed(4)} for ${each.reference}`).join(', ')
    throw new InaError(
      'input_invalid',
      `the ${quantity} that was read (${read} ${unit}) is no multiple of 0.5 to 2 of the reference`,
      'was the load switched, are sign and unit of the reference right, and is the shunt set as it is on the board?',
    )
  }
  const { offset, gain } = fit.correction
  io.stdout.write(`${quantity}: offset ${offset} ${unit}, gain ${gain}\n`)
  points.forEach(({ reference }, i) => {
    const residual = (fit.residuals[i] as number).toFixed(6)
    io.stdout.write(`  at ${reference} ${unit}: ${residual} ${unit} left\n`)
  })
  return fit.correction
}

/** As much as a device takes for a zero (PROTOCOL.md 6.1): more than that is a load. */
function refuseLoad(current: Correction | null, hello: HelloFrame | null): void {
  const most = 0.032 / shuntOf(hello)
  if (current === null || Math.abs(current.offset) <= most) return
  throw new InaError(
    'input_invalid',
    `an offset of ${current.offset} A is too large for a zero: at most ${most} A`,
    'was the load off for the zero?',
  )
}

async function store({ offset, gain }: Correction, talk: DeviceTalk): Promise<void> {
  const commands: readonly Command[] = [
    { cmd: 'set_zero', value: offset },
    { cmd: 'set_gain', value: gain },
    { cmd: 'save' },
  ]
  for (const command of commands) {
    const { result } = await talk.ask(command)
    if (result.kind === 'ok') continue
    const said = resultText(result, command, talk.hello?.firmware ?? null)
    throw new InaError(
      result.kind === 'refused' ? 'device_denied' : 'device_silent',
      `the device did not store the calibration: ${command.cmd}: ${said}`,
      "see what it applies now with 'ina219 send hello', or keep the calibration on this side with --host",
    )
  }
}

function notSteady({ quantity, reference }: Step, trouble: Unsteady): InaError {
  const unit = UNITS[quantity]
  const what = reference === 0 ? 'the zero' : `${reference} ${unit}`
  const text = (value: number): string => `${value.toFixed(6)} ${unit}`
  if (trouble.kind === 'status') {
    return new InaError(
      'device_unsteady',
      `${what} can't be measured: the device says '${trouble.status}'`,
      'stay within the range of the sensor, and look at its wiring',
    )
  }
  const why =
    trouble.kind === 'spread'
      ? `single samples are spread by ${text(trouble.of.spread)}`
      : `they drift by ${text(trouble.by)}`
  return new InaError(
    'device_unsteady',
    `the readings for ${what} are not steady: ${why} around ${text(trouble.of.mean)}, at most ${text(trouble.limit)} are allowed`,
    'hold the load still, average longer (--average 10s) or allow more (--spread 5mA)',
  )
}

function noSamples(): InaError {
  return new InaError(
    'device_silent',
    `no sample has come for ${formatDuration(SILENT_MS)}`,
    "look at the device with 'ina219 monitor', and set a shorter interval",
  )
}
