import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkLog } from '../../src/doctor/log.ts'
import type { Detail } from '../../src/domain/detail.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'

const SECONDS = 3000

function detailAt(i: number): Detail {
  const [voltageMin, currentMin] = [4.9 + (i % 50) / 1000, 0.2 + (i % 90) / 1e4]
  return {
    n: 94,
    voltageMin,
    voltageMax: voltageMin + 0.1,
    currentMin,
    currentMax: currentMin + 0.1,
    chargeMc: i * 24.5,
    energyMj: i * 123.1,
    isWhole: true,
  }
}

/** What the log of 10 samples a second is said to take, as a part of what it takes. */
function estimated(more: (i: number) => object): number {
  const file = join(temporaryFolder(), 'log.db')
  const samples = series(SECONDS * 10, 100_000)
  makeLog(
    file,
    samples.map((each, i) => ({ ...each, ...more(i) })),
  )
  const found = checkLog({ file, retainMs: SECONDS * 1000, retainText: '50m' })
  const texts = found.map(({ text }) => text).join('\n')
  const [, size, unit] = /the log takes (\d+) (MB|KB) \(50m at 10 samples\/s/.exec(texts) ?? []
  return (Number(size) * (unit === 'MB' ? 1e6 : 1e3)) / statSync(file).size
}

test.each([
  ['nothing else', () => ({})],
  ['two channels', (i: number) => ({ extras: { t: 20 + (i % 5000) / 1000, soc: i % 100 } })],
  ['details', (i: number) => ({ detail: detailAt(i) })],
  ['both', (i: number) => ({ detail: detailAt(i), extras: { soc: i % 100 } })],
])('what the retention takes is what a log takes of samples with %s', (_what, more) => {
  const part = estimated(more)
  expect(part).toBeGreaterThan(0.75)
  expect(part).toBeLessThan(1.25)
})
