import { afterEach, expect, it } from 'vitest'
import { ANY_RANGE } from '../../src/domain/limits.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { Integrator } from '../../src/stats/totals.ts'
import { PlcRig, pollGroup } from '../support/plc-rig.ts'
import { startStream } from '../support/stream-rig.ts'

const rigs: PlcRig[] = []
afterEach(async () => {
  for (const each of rigs.splice(0)) await each.end()
})

/** A PLC with two groups, and what becomes of their samples. */
async function streamed() {
  const plc = new PlcRig()
  rigs.push(plc)
  await plc.listen()
  // 10 V and 1 A: 10 W.
  plc.setWord('D', 100, 10)
  plc.setWord('D', 101, 1)
  const source = plc.source([
    pollGroup('power', 1000, ['v=D100', 'a=D101']),
    pollGroup('other', 1000, ['x=D10']),
  ])
  const { samples, stream } = startStream({ source, clock: plc.time.clock, range: ANY_RANGE })
  return { plc, source, samples, stream }
}

function totals(samples: readonly Sample[]) {
  const integrator = new Integrator()
  for (const sample of samples) integrator.add(sample)
  return integrator.read()
}

it('integrates over the samples of the group with voltage and current, whatever lies between', async () => {
  const { plc, samples, stream } = await streamed()
  await plc.pass(20_500)
  expect(samples.filter(({ electric }) => electric)).toHaveLength(21)
  expect(samples.filter(({ extras }) => extras?.['x'] !== undefined)).toHaveLength(20)
  expect(new Set(samples.map(({ epochId }) => epochId)).size).toBe(1)
  expect(totals(samples).coveredS).toBeCloseTo(20, 0)
  expect(stream.ledger).toMatchObject({ lost: 0, out_of_range: 0, reboots: 0 })
})

it('integrates nothing over turns that it missed, while the others go on', async () => {
  const { plc, source, samples } = await streamed()
  await plc.pass(10_200)
  source.polling.stop('power')
  await plc.pass(10_000)
  source.polling.start('power')
  await plc.pass(10_000)
  expect(samples.filter(({ extras }) => extras?.['x'] !== undefined)).toHaveLength(30)
  const { coveredS, chargeMah } = totals(samples)
  // 0 to 10 s and 21 to 30 s.
  expect(coveredS).toBeCloseTo(19, 0)
  expect(chargeMah).toBeCloseTo((1000 * coveredS) / 3600, 3)
})

it('integrates nothing over a stop that came while a turn was under way', async () => {
  const { plc, source, samples } = await streamed()
  await plc.pass(10_200)
  const isBusy = (): boolean =>
    source.polling.status.groups.some(({ name, isBusy }) => name === 'power' && isBusy)
  plc.fault('slow')
  await plc.until(isBusy)
  source.polling.stop('power')
  plc.fault(null)
  await plc.until(() => !isBusy())
  const beforeS = totals(samples).coveredS
  await plc.pass(600_000, 1000)
  source.polling.start('power')
  await plc.pass(10_000)
  expect(totals(samples).coveredS).toBeCloseTo(beforeS + 9, -0.5)
})

it('integrates over turns that the others missed', async () => {
  const { plc, source, samples } = await streamed()
  await plc.pass(5200)
  source.polling.stop('other')
  await plc.pass(10_000)
  source.polling.start('other')
  await plc.pass(5000)
  expect(new Set(samples.map(({ epochId }) => epochId)).size).toBe(1)
  expect(totals(samples).coveredS).toBeCloseTo(20, 0)
})

it('has what is left of voltage and current as a channel while the other one is refused', async () => {
  const { plc, samples, stream } = await streamed()
  await plc.pass(5200)
  plc.withdraw('D', 100)
  await plc.pass(3000)
  plc.withdraw('D', null)
  await plc.pass(3000)
  const halves = samples.filter(({ extras }) => extras?.['a'] !== undefined)
  expect(halves.map(({ electric, extras }) => [electric, extras])).toEqual(
    Array(3).fill([false, { a: 1 }]),
  )
  expect(samples.filter(({ electric }) => electric)).toHaveLength(9)
  expect(stream.ledger).toMatchObject({ malformed: 0, lost: 0, gaps: 0 })
  // Nothing from 5 s to 9 s.
  expect(totals(samples).coveredS).toBeCloseTo(7, 0)
})
