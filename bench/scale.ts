/**
 * What one process holds: a monitor that logs 1 to 64 boards at 10 Hz to 1 kHz, each on a pseudo-serial port of its
 * own, in real time. Processor, memory, what goes to the disk, the time from a frame to its durable row; each frame that
 * a port took must be a row. The boards (support/boards.c) are another process on the same machine. From all but the
 * last points a model: so much for the process, for each device, for each sample; the last points, near the limit, show
 * how far it holds. Linux alone.
 *
 * node bench/run.mjs scale [seconds a point] [devices x Hz ...]
 */
import build from '../test/support/build.ts'
import { type Fleet, type Measured, measureFleet, wordsOf } from './support/fleet.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [seconds = '6', ...wanted] = benchArguments()
/** Of which the model is made. */
const POINTS = ['1x10', '4x10', '16x10', '32x10', '1x100', '4x100', '1x1000', '4x1000']
/** Which show how far it holds. */
const NEAR_LIMIT = ['8x1000', '16x1000', '64x1000']

/** Processor time: of the process, of each device, of each sample, s a second. */
interface Model {
  readonly process: number
  readonly device: number
  readonly sample: number
}

function fleetOf(text: string): Fleet {
  const [devices = 0, hz = 0] = text.split('x').map(Number)
  if (!(devices >= 1 && hz > 0)) throw new Error(`devices x Hz, as in 4x100: ${text}`)
  return { devices, hz }
}

/** Least squares of relative errors, so that small points count as much as large ones; nothing costs less than nothing. */
function modelOf(points: readonly Measured[]): Model {
  const features = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
  const rows = points.map(({ devices, hz, cpu }) => [1, devices, devices * hz].map((x) => x / cpu))
  let best = { error: Number.POSITIVE_INFINITY, costs: [0, 0, 0] }
  for (const used of features) {
    const solution = leastSquares(rows.map((row) => used.map((i) => row[i] as number)))
    const costs = [0, 1, 2].map((i) => solution[used.indexOf(i)] ?? 0)
    const error = rows.reduce((sum, row) => sum + (dot(row, costs) - 1) ** 2, 0)
    if (costs.every((cost) => cost >= 0) && error < best.error) best = { error, costs }
  }
  const [process = 0, device = 0, sample = 0] = best.costs
  return { process, device, sample }
}

/** x for which all rows · x are nearest to 1: the normal equations, by elimination. */
function leastSquares(rows: readonly (readonly number[])[]): number[] {
  const width = rows[0]?.length ?? 0
  const system = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (__, j) => sum(rows.map((row) => at(row, i) * at(row, j)))),
    sum(rows.map((row) => at(row, i))),
  ])
  for (let i = 0; i < width; i++) {
    const pivot = system[i] as number[]
    const scale = at(pivot, i)
    for (let k = 0; k <= width; k++) pivot[k] = at(pivot, k) / scale
    for (const row of system) {
      if (row === pivot) continue
      const factor = at(row, i)
      for (let k = 0; k <= width; k++) row[k] = at(row, k) - factor * at(pivot, k)
    }
  }
  return system.map((row) => at(row, width))
}

function at(row: readonly number[], i: number): number {
  return row[i] ?? 0
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function dot(one: readonly number[], other: readonly number[]): number {
  return sum(one.map((value, i) => value * at(other, i)))
}

function claim(point: Measured, model: Model | null): Claim {
  const { devices, hz, cpu } = point
  const percent = cpu * 100
  const predicted =
    model === null
      ? 0
      : (model.process + model.device * devices + model.sample * devices * hz) * 100
  const said = model === null ? '' : `; the model says ${predicted.toFixed(0)} %`
  return {
    what: `one process, ${devices} ${devices === 1 ? 'device' : 'devices'} at ${hz.toLocaleString('en')} Hz: processor (100 %: a core)`,
    peer: '-',
    unit: '%',
    better: 'less',
    isDetail: true,
    ...{ median: percent, min: percent, max: percent },
    ours: wordsOf(point) + said,
  }
}

async function measured(names: readonly string[]): Promise<Measured[]> {
  const points: Measured[] = []
  for (const name of names) {
    const point = await measureFleet(fleetOf(name), Number(seconds))
    console.error(`${name}: ${(point.cpu * 100).toFixed(1)} %, ${wordsOf(point)}`)
    if (!point.isWhole) throw new Error('not every frame that a port took is a row')
    points.push(point)
  }
  return points
}

build()
if (wanted.length > 0) {
  report(
    'scale',
    (await measured(wanted)).map((point) => claim(point, null)),
  )
} else {
  const points = await measured(POINTS)
  const model = modelOf(points)
  const us = (s: number): string => `${(s * 1e6).toFixed(0)} µs`
  const costs = `the process ${(model.process * 100).toFixed(2)} % of a core, a device ${(model.device * 100).toFixed(2)} %, a sample ${us(model.sample)}`
  const limits = await measured(NEAR_LIMIT)
  const one = model.sample * 1e6
  report('scale', [
    ...points.map((point) => claim(point, model)),
    ...limits.map((point) => claim(point, model)),
    {
      what: 'one process, model: processor time of a sample',
      peer: '-',
      unit: 'µs',
      better: 'less',
      isDetail: true,
      ...{ median: one, min: one, max: one },
      ours: costs,
    },
  ])
}
