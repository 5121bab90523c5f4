import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  EPOCH,
  openWriter,
  query,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

const MINUTE_MS = 60_000

test('what is read is of one moment, whatever is deleted and added meanwhile', () => {
  const file = join(temporaryFolder(), 'log.db')
  const log = openWriter(file, MINUTE_MS)
  // 20 kHz with a retention of a minute, as many as a reader gets through in a while.
  const stepUs = 10_000
  log.writer.write(batchesOf(series(6000, stepUs), { epochs: [EPOCH] }))
  const reader = LogReader.open(file)
  const seen: (number | null)[] = []
  let next = 6000
  for (const page of reader.samples(ALL)) {
    for (const { seq } of page) seen.push(seq)
    for (const batch of batchesOf(series(2000, stepUs, next))) log.writer.write([batch])
    next += 2000
  }
  expect(seen).toEqual(Array.from({ length: 6000 }, (_, i) => i))
  expect(reader.totals(ALL)).toMatchObject([{ samples: 6000, coveredUs: 5999 * stepUs }])
  expect(reader.span(null)).toEqual({ fromUs: START_US, toUs: START_US + 5999 * stepUs })
  reader.close()
  const [oldest] = query(file, 'SELECT min(sequence) AS seq FROM power_log')
  expect(oldest?.['seq']).toBeGreaterThan(6000)
})

test('the WAL that grew under a reader is small again after it', () => {
  const file = join(temporaryFolder(), 'log.db')
  const log = openWriter(file)
  log.writer.write(batchesOf([sampleAt(START_US, 0)], { epochs: [EPOCH] }))
  const reader = LogReader.open(file)
  reader.span(null)
  const more = batchesOf(series(700_000, 1000, 1))
  for (let at = 0; at < more.length; at += 40) log.writer.write(more.slice(at, at + 40))
  const walBytes = (): number => statSync(`${file}-wal`).size
  expect(walBytes()).toBeGreaterThan(20e6)
  reader.close()
  for (const batch of batchesOf(series(1000, 1000, 700_001))) log.writer.write([batch])
  for (const batch of batchesOf(series(1000, 1000, 701_001))) log.writer.write([batch])
  expect(walBytes()).toBeLessThanOrEqual(16_777_216)
})
