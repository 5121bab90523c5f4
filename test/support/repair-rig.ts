import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type RepairReport, repairLog } from '../../src/storage/repair/repair-log.ts'
import { systemClock } from '../../src/util/clock.ts'
import { batchesOf, EPOCH, openWriter, query, START_US, sampleAt, series } from './log-fixture.ts'

/** Bytes of a page of a log. */
export const PAGE = 4096
/** What a repaired log has to give back. */
export const SAMPLES = 'SELECT id, epoch_id, seq, v, a, w, status_id FROM sample ORDER BY id'
const OTHER = { id: 2, device: 'solar', boot: null, startedUs: START_US }

/** A log of two devices, one of them with numbers, the other with an extra channel. */
export function makeTwoDeviceLog(folder: string, name = 'log.db', samples = 6000): string {
  const file = join(folder, name)
  const log = openWriter(file)
  const numbered = series(samples, 100_000)
  const solar = Array.from({ length: samples / 10 }, (_, i) =>
    sampleAt(START_US + 500 + i * 1_000_000, null, {
      epochId: OTHER.id,
      voltage: 12 + (i % 7) / 1000,
      extras: { soc: i / 8 },
      status: i % 50 === 0 ? 'clip' : 'ok',
    }),
  )
  const events = Array.from({ length: 200 }, (_, i) => ({
    timeUs: START_US + i * 60_000_000,
    device: 'bench',
    kind: 'restart' as const,
    detail: `restart ${i}`,
  }))
  log.writer.write([
    ...batchesOf(numbered, { epochs: [EPOCH], events }),
    ...batchesOf(solar, {
      epochs: [OTHER],
      channels: [{ device: 'solar', id: 'soc', unit: '%' }],
    }),
  ])
  log.end()
  return file
}

export function repaired(
  file: string,
  withLeftovers = false,
): RepairReport & { readonly out: string } {
  const out = `${file}.repaired`
  const progress = (): void => {}
  return { ...repairLog({ file, out, withLeftovers, clock: systemClock, progress }), out }
}

/** Overwrites pages of a copy. @returns its name */
export function damaged(file: string, pages: readonly number[], fill: () => number): string {
  const bytes = readFileSync(file)
  for (const page of pages) {
    for (let at = (page - 1) * PAGE; at < page * PAGE; at++) bytes[at] = fill()
  }
  const copy = file.replace('.db', `-${pages.length}-${pages[0]}.db`)
  writeFileSync(copy, bytes)
  return copy
}

/** 0 to 1, the same for a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The ids of the rows in a leaf of `sample`, read by nothing but the file format. */
export function idsIn(file: Buffer, page: number): number[] {
  const leaf = file.subarray((page - 1) * PAGE, page * PAGE)
  if (page === 1 || leaf[0] !== 0x0d) return []
  const varint = (at: number): [value: bigint, next: number] => {
    let value = 0n
    for (let i = 0; ; i++) {
      const byte = leaf[at + i] as number
      if (i === 8) return [(value << 8n) | BigInt(byte), at + 9]
      value = (value << 7n) | BigInt(byte & 0x7f)
      if (byte < 0x80) return [value, at + i + 1]
    }
  }
  return Array.from({ length: leaf.readUInt16BE(3) }, (_, i) => {
    const [, next] = varint(leaf.readUInt16BE(8 + 2 * i))
    return Number(varint(next)[0])
  }).filter((id) => id >= START_US)
}

export function expectSound(report: RepairReport & { readonly out: string }): void {
  expect(query(report.out, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const log = openWriter(report.out)
  log.end()
}
