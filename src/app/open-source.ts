import type { Source } from '../sources/source.ts'
import { StdinSource } from '../sources/stdin-source.ts'
import type { ProcessIo } from './io.ts'
import type { SourcePlan } from './run-plan.ts'

/**
 * Makes the source that a plan names; nothing is opened before `start`.
 *
 * @throws InaError device_absent: before a log is opened, or brought up to date, for a mistyped port
 */
export async function openSource(plan: SourcePlan, io: ProcessIo): Promise<Source> {
  switch (plan.kind) {
    case 'stdin':
      return new StdinSource(io.stdin, io.clock)
    case 'mock': {
      const { MockSource } = await import('../../mock/source.ts')
      return new MockSource({ scenario: plan.scenario, seed: plan.seed, clock: io.clock })
    }
    case 'port': {
      const { SerialSource } = await import('../sources/serial/serial-source.ts')
      const source = new SerialSource({ ...plan, clock: io.clock })
      if (!plan.wait) await source.expectPresent()
      return source
    }
  }
}
