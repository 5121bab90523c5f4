import { afterEach, describe, expect, it } from 'vitest'
import type { RequestFault } from '../../mock/mc3e/request-faults.ts'
import { parseAddress } from '../../src/protocol/mc3e/address.ts'
import { patternAt } from '../support/mc3e.ts'
import { PlcRig, pollGroup } from '../support/plc-rig.ts'
import { until } from '../support/polling.ts'

const GROUPS = 10
const TAGS = 20
const MINUTES = 1
const STEP_MS = 20

const rigs: PlcRig[] = []
afterEach(async () => {
  for (const each of rigs.splice(0)) await each.end()
})

/** Of group g, some near each other. */
function addresses(g: number): string[] {
  return Array.from({ length: TAGS }, (_, i) => `${i % 2 === 0 ? 'D' : 'R'}${g * 90 + i * 3}`)
}

describe('ten groups each second, from a PLC in trouble', () => {
  it.each<[string, Partial<Record<RequestFault, number>>]>([
    ['slow', { slow: 0.05 }],
    ['silent at times', { drop: 0.03 }],
    ['that resets', { reset: 0.05 }],
    ['that refuses', { refuse: 0.05 }],
    ['that garbles', { garble: 0.05 }],
    ['with all of it', { slow: 0.02, drop: 0.01, reset: 0.02, refuse: 0.02, garble: 0.02 }],
  ])(
    '%s: each turn is accounted for, no value is wrong, no connection is left',
    async (_, some) => {
      const rig = new PlcRig()
      rigs.push(rig)
      Object.assign(rig.faults, some)
      const plc = await rig.listen()
      const groups = Array.from({ length: GROUPS }, (_each, g) =>
        pollGroup(
          `g${g}`,
          1000,
          addresses(g).map((address, i) => `c${g}_${i}=${address}/uint16`),
        ),
      )
      const source = rig.poll(groups)
      let most = 0
      const endMs = MINUTES * 60_000 - 2 * STEP_MS
      await rig.time.runUntil(() => {
        most = Math.max(most, source.polling.status.plc.open)
        return rig.time.clock.monoMs() >= endMs
      }, STEP_MS)
      for (const { name } of groups) source.polling.stop(name)
      await rig.until(() => source.polling.status.groups.every(({ isBusy }) => !isBusy))
      const { status } = source.polling
      await source.stop()
      await until('no connection is left', () => plc.open === 0 && rig.time.pending === 0)

      expect(most).toBeLessThanOrEqual(5)
      for (const { turns, failedTurns, skippedTurns, mostLateMs } of status.groups) {
        expect(turns + failedTurns + skippedTurns).toBe(MINUTES * 60)
        expect(turns).toBeGreaterThan(0)
        expect(mostLateMs).toBeLessThanOrEqual(STEP_MS)
      }
      const expected = new Map(
        groups.flatMap(({ tags }) =>
          tags.map(({ channel, address }) => [channel, patternAt(parseAddress(address))] as const),
        ),
      )
      for (const { frame } of rig.frames) {
        for (const [id, value] of Object.entries(frame.extras ?? {})) {
          expect(value).toBe(expected.get(id))
        }
      }
      expect(rig.frames).toHaveLength(status.groups.reduce((sum, { turns }) => sum + turns, 0))
    },
  )
})
