import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Balance, StoreBattery } from '../../mock/energy-store/battery.ts'
import { EnergyStore, STORE } from '../../mock/energy-store/energy-store.ts'
import { OUTPUT_NAMES } from '../../src/domain/outputs.ts'

/** What flowed at all, Wh: what an error of rounding is in proportion to. */
function flowed({ solarWh, loadWh, lossWh }: Balance): number {
  return solarWh + loadWh + lossWh + 1
}

function addsUp(startWh: number, balance: Balance): void {
  const { storedWh, solarWh, loadWh, lossWh, curtailedWh, unservedWh } = balance
  const error = storedWh - startWh - (solarWh - loadWh - lossWh)
  expect(Math.abs(error)).toBeLessThan(1e-12 * flowed(balance))
  for (const each of [storedWh, solarWh, loadWh, lossWh, curtailedWh, unservedWh]) {
    expect(each).toBeGreaterThanOrEqual(0)
  }
}

const power = fc.double({ min: 0, max: 60, noNaN: true })
const efficiency = fc.double({ min: 0.5, max: 1, noNaN: true })
const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 50_000, noNaN: true }), power, power), {
  maxLength: 200,
})

describe('the energy of a virtual store', () => {
  it('adds up: stored is solar minus loads minus losses, whatever happens, full and empty included', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        efficiency,
        efficiency,
        steps,
        (capacityWh, part, chargeEfficiency, dischargeEfficiency, all) => {
          const storedWh = capacityWh * part
          const battery = new StoreBattery({
            capacityWh,
            storedWh,
            chargeEfficiency,
            dischargeEfficiency,
          })
          let offeredWh = 0
          let wantedWh = 0
          for (const [seconds, panelW, wantedW] of all) {
            battery.pass(seconds, panelW, wantedW)
            offeredWh += (panelW * seconds) / 3600
            wantedWh += (wantedW * seconds) / 3600
            const { balance } = battery
            addsUp(storedWh, balance)
            expect(balance.storedWh).toBeLessThanOrEqual(capacityWh)
            expect(battery.charge).toBe(balance.storedWh / capacityWh)
          }
          // What was offered and wanted either flowed or is accounted for.
          const { balance } = battery
          const near = (one: number, other: number): void =>
            expect(Math.abs(one - other)).toBeLessThan(
              1e-12 * (flowed(balance) + offeredWh + wantedWh),
            )
          near(balance.solarWh + balance.curtailedWh, offeredWh)
          near(balance.loadWh + balance.unservedWh, wantedWh)
        },
      ),
    )
  })

  it('is the same however a time is cut into steps', () => {
    fc.assert(
      fc.property(power, power, fc.integer({ min: 1, max: 50 }), (panelW, wantedW, cuts) => {
        const spec = {
          capacityWh: 10,
          storedWh: 5,
          chargeEfficiency: 0.9,
          dischargeEfficiency: 0.8,
        }
        const [whole, cut] = [new StoreBattery(spec), new StoreBattery(spec)]
        whole.pass(7200, panelW, wantedW)
        for (let i = 0; i < cuts; i++) cut.pass(7200 / cuts, panelW, wantedW)
        for (const [name, value] of Object.entries(whole.balance)) {
          expect(cut.balance[name as keyof Balance]).toBeCloseTo(value, 9)
        }
      }),
    )
  })

  it('adds up from reading to reading, whoever switches what when', () => {
    const relays = fc.record(
      Object.fromEntries(OUTPUT_NAMES.map((name) => [name, fc.boolean()])) as Record<
        string,
        fc.Arbitrary<boolean>
      >,
    )
    const happenings = fc.array(
      fc.tuple(fc.double({ min: 0, max: 600, noNaN: true }), fc.option(relays)),
      { maxLength: 60 },
    )
    const seeds = fc.integer({ min: 0, max: 1000 })
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        happenings,
        (seed, startDay, all) => {
          const store = new EnergyStore({ seed, dayS: 1200, startDay, startCharge: startDay })
          const startWh = store.balance.storedWh
          let [atS, readS, storedWh] = [0, 0, startWh]
          for (const [afterS, switched] of all) {
            atS += afterS
            if (switched !== null) store.switch(switched, atS)
            const reading = store.read(atS)
            const hours = (atS - readS) / 3600
            const rise = (reading.solarW - reading.loadW - reading.lossW) * hours
            expect(reading.storedWh - storedWh).toBeCloseTo(rise, 10)
            expect(reading.charge).toBe(reading.storedWh / store.capacityWh)
            expect(reading.charge).toBeGreaterThanOrEqual(0)
            expect(reading.charge).toBeLessThanOrEqual(1)
            ;[readS, storedWh] = [atS, reading.storedWh]
          }
          addsUp(startWh, store.balance)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('follows the sun: nothing at night, most at noon, and a battery that no load empties is full', () => {
    const day = (startDay: number) =>
      new EnergyStore({ seed: 3, dayS: 86_400, startDay, startCharge: 0.5 })
    const night = day(0).read(3600)
    expect([night.solarW, night.lux]).toEqual([0, 0.2])
    expect(night.charge).toBeLessThan(0.5)
    const noon = day(0.5).read(600)
    expect(noon.solarW).toBeGreaterThan(3)
    expect(noon.lux).toBeGreaterThan(10_000)
    const [bright, dark] = [day(0), day(0)]
    dark.switch({ A: true, B: true, C: true, D: true }, 0)
    for (const store of [bright, dark]) store.advance(3 * 86_400)
    expect(bright.balance.curtailedWh).toBeGreaterThan(0)
    expect(dark.balance.unservedWh).toBeGreaterThan(0)
    expect(dark.balance.loadWh).toBeLessThan((34 + STORE.ownW) * 72)
  })

  it('is the same for the same seed, and another for another', () => {
    const read = (seed: number) => new EnergyStore({ seed, dayS: 1200, startDay: 0.3 }).read(100)
    expect(read(1)).toEqual(read(1))
    expect(read(1).solarW).not.toBe(read(2).solarW)
  })
})
