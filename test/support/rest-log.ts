import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ina219 } from './cli.ts'
import { temporaryFolder } from './folder.ts'
import { START_US } from './log-fixture.ts'
import { type ServeRun, startServe } from './serve.ts'

/** Samples of each device of the log. */
export const REST_SAMPLES = 12_000
/** From one to the next, ms. */
export const REST_INTERVAL_MS = 250

/** Frames with values that go up and down, lost ones, some out of range, and a channel now and then. */
function frames(phase: number): string {
  const startS = START_US / 1e6
  let text = ''
  for (let seq = 0; seq < REST_SAMPLES; seq++) {
    if (seq % 997 > 990 || (seq > 7000 && seq < 7400)) continue
    const v = (5_000_000 + ((seq * 7919 + phase) % 100_000)) / 1e6
    const a = (((seq * 104_729 + phase) % 600_000) - 100_000) / 1e6
    const ts = (startS * 1000 + seq * REST_INTERVAL_MS + phase) / 1000
    const status = seq % 1500 === 1400 ? 'nosensor' : 'ok'
    const soc = seq % 40 === 0 ? `,"soc":${80 + (seq % 7)}` : ''
    text += `{"v":${v},"a":${a},"ts":${ts.toFixed(3)},"seq":${seq},"status":"${status}"${soc}}\n`
  }
  return text
}

/** Made once for all tests of a file. */
let made: Promise<Buffer> | null = null

/** A log of two devices at the same time, with losses and an extra channel. @returns path of a copy for this test alone */
export async function restLog(): Promise<string> {
  const file = join(temporaryFolder(), 'rest.db')
  made ??= makeLog(file)
  writeFileSync(file, await made)
  return file
}

async function makeLog(file: string): Promise<Buffer> {
  for (const [phase, device] of ['bench', 'motor 2'].entries()) {
    const args = ['--stdin', '--keep-time', '--output', 'none', '--device', device, '--db', file]
    const run = await ina219(['monitor', ...args], frames(phase))
    expect(run).toMatchObject({ code: 0 })
  }
  return readFileSync(file)
}

/** A server that looks at a log, with a device that says nothing. */
export function serveLog(file: string): Promise<ServeRun> {
  return startServe(['--stdin', '--device', 'idle', '--db', file])
}

/** What `history --format json` says of a span. */
export async function historyJson(file: string, ...args: string[]): Promise<HistoryJson> {
  const run = await ina219(['history', '--format', 'json', '--db', file, ...args])
  expect(run.code).toBe(0)
  return JSON.parse(run.stdout)
}

export interface HistoryJson {
  readonly devices: readonly Record<string, unknown>[]
  readonly buckets: readonly HistoryBucket[]
  readonly lost: readonly Record<string, unknown>[]
  readonly events: readonly Record<string, unknown>[]
}

export interface HistoryBucket {
  readonly time: string
  readonly samples: number
  readonly [column: string]: unknown
}
