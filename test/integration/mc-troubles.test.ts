import { afterEach, describe, expect, it } from 'vitest'
import { noRequestFaults, type RequestFaults } from '../../mock/mc3e/request-faults.ts'
import { McServer } from '../../mock/mc3e/server.ts'
import { parseAddress } from '../../src/protocol/mc3e/address.ts'
import type { McCode } from '../../src/protocol/mc3e/fields.ts'
import { parseTag } from '../../src/protocol/mc3e/tag.ts'
import { PlcPool } from '../../src/sources/mc/plc-pool.ts'
import { parsePlcUrl } from '../../src/sources/mc/plc-url.ts'
import { TagReader } from '../../src/sources/mc/tag-reader.ts'
import { FastTime } from '../support/manual-time.ts'
import { patternAt, patternMemory } from '../support/mc3e.ts'
import { until } from '../support/polling.ts'

/** Emulated ms for each ms. */
const PACE = 60
const MINUTES = 2
const GROUPS = 10
const TAGS = 100

const memory = patternMemory()
const servers: McServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

interface Counts {
  turns: number
  values: number
  failed: number
  wrong: number
}

/** Tags of a group, some near each other, some not, shared with other groups in part. */
function addresses(group: number): string[] {
  return Array.from({ length: TAGS }, (_, i) => {
    const number = (group * 137 + i * 7) % 1000
    return `${'DWR'[i % 3]}${number.toString(i % 3 === 1 ? 16 : 10)}`
  })
}

/** One group: a turn each second, none of them twice. */
async function poll(plc: PlcPool, group: number, time: FastTime, counts: Counts): Promise<void> {
  const tags = addresses(group)
  const expected = tags.map((tag) => patternAt(parseAddress(tag)))
  const reader = new TagReader(
    tags.map((address) => parseTag({ address, type: 'uint16' })),
    plc.target.code,
  )
  const beginMs = time.monoMs()
  for (let turn = 0; turn < MINUTES * 60; turn++) {
    const dueMs = beginMs + turn * 1000
    // A turn whose time has passed is left out, as a group does.
    if (time.monoMs() > dueMs + 1000) continue
    await time.until(dueMs)
    const readings = await reader.read(plc)
    counts.turns++
    readings.forEach((reading, i) => {
      if (reading.kind === 'failed') counts.failed++
      else if (reading.value === expected[i]) counts.values++
      else counts.wrong++
    })
  }
}

describe('ten groups of 100 tags, each second for minutes', () => {
  it.each<[string, McCode, Partial<RequestFaults>]>([
    ['a slow one', 'ascii', { slow: 0.05, drop: 0.01 }],
    ['one that resets', 'ascii', { reset: 0.05 }],
    ['one that refuses', 'ascii', { refuse: 0.05 }],
    ['one that garbles', 'ascii', { garble: 0.05 }],
    [
      'one with all of it',
      'binary',
      { slow: 0.02, drop: 0.005, reset: 0.02, refuse: 0.02, garble: 0.02 },
    ],
  ])(
    'from %s, %s: no wrong value, no connection left',
    async (_name, code, some) => {
      const time = new FastTime(PACE)
      const faults = { ...noRequestFaults(), ...some }
      const plc = new McServer({ memory, code, faults, seed: 1, schedule: time.schedule })
      servers.push(plc)
      const target = parsePlcUrl(`mc3e://127.0.0.1:${await plc.listen(0)}?code=${code}`)
      const pool = new PlcPool(target, { clock: time, schedule: time.schedule })
      const counts: Counts = { turns: 0, values: 0, failed: 0, wrong: 0 }
      let most = 0
      const look = setInterval(() => {
        most = Math.max(most, pool.status.open)
      }, 5)
      const groups = Array.from({ length: GROUPS }, (_, group) => poll(pool, group, time, counts))
      await Promise.all(groups)
      clearInterval(look)
      const { status } = pool
      pool.close()
      await until('all connections are closed', () => plc.open === 0 && time.pending === 0)

      expect(counts.wrong).toBe(0)
      expect(counts.values + counts.failed).toBe(TAGS * counts.turns)
      expect(counts.values).toBeGreaterThan(0)
      expect(most).toBeLessThanOrEqual(5)
      expect(status).toMatchObject({ busy: 0, waiting: 0 })
      const failures = Object.values(status.failures).reduce((sum, each) => sum + each, 0)
      expect(status.requests).toBe(status.answers + failures)
      for (const [fault, probability] of Object.entries(faults)) {
        const made = plc.faults[fault as keyof RequestFaults]
        expect(made > 0).toBe(probability > 0)
      }
    },
    30_000,
  )
})
