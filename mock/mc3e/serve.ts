import type { McCode } from '../../src/protocol/mc3e/fields.ts'
import type { Clock } from '../../src/util/clock.ts'
import { portRefused } from '../port-refused.ts'
import { PlcMemory } from './memory.ts'
import { Plant } from './plant.ts'
import { noRequestFaults, type RequestFaults } from './request-faults.ts'
import { type McCounts, McServer } from './server.ts'

export interface ServePlcOptions {
  /** 0: any free one. */
  readonly port: number
  readonly code: McCode
  readonly seed: number
  readonly faults?: RequestFaults
}

/** What a PLC did: `--summary`. */
export interface PlcSummary extends McCounts {
  readonly source: string
  readonly seed: number
  readonly code: McCode
  readonly faults: Readonly<Record<keyof RequestFaults, number>>
}

/**
 * Is a PLC with a plant until the signal ends it.
 *
 * @param ready told its URL, once it can be asked
 * @throws InaError device_busy, device_denied: the port can't be had
 */
export async function servePlc(
  { port, code, seed, faults = noRequestFaults() }: ServePlcOptions,
  { clock, signal, ready }: { clock: Clock; signal: AbortSignal; ready: (url: string) => void },
): Promise<PlcSummary> {
  const memory = new PlcMemory()
  const plant = new Plant(memory, seed)
  const startedMs = clock.monoMs()
  const scan = (): void => plant.at((clock.monoMs() - startedMs) / 1000)
  const server = new McServer({ memory, code, faults, seed, scan })
  let url = ''
  try {
    url = plcUrl(await server.listen(port), code)
  } catch (error) {
    throw portRefused('--mc3e', port, error)
  }
  ready(url)
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  await server.close()
  return { source: url, seed, code, ...server.counts, faults: { ...server.faults } }
}

export function plcUrl(port: number, code: McCode): string {
  return `mc3e://127.0.0.1:${port}${code === 'ascii' ? '' : '?code=binary'}`
}
