import type { Source } from '../sources/source.ts'
import { StdinSource } from '../sources/stdin-source.ts'
import { InaError } from '../util/errors.ts'
import type { SourcePlan } from './device-plan.ts'
import type { ProcessIo } from './io.ts'

/** Makes the source that a plan names; nothing is opened before `start`. */
export async function openSource(plan: SourcePlan, io: ProcessIo): Promise<Source> {
  switch (plan.kind) {
    case 'stdin':
      return openStdin(io)
    case 'mock': {
      const { MockSource } = await import('../../mock/source.ts')
      return new MockSource({ scenario: plan.scenario, seed: plan.seed, clock: io.clock })
    }
    case 'port': {
      const { SerialSource } = await import('../sources/serial/serial-source.ts')
      return new SerialSource({ ...plan, clock: io.clock })
    }
  }
}

function openStdin(io: ProcessIo): Source {
  if (io.stdin.isTTY) {
    throw new InaError(
      'usage_invalid',
      '--stdin reads frames from a pipe, but standard input is the terminal',
      'pipe frames in, for example: ina219 mock | ina219 monitor --stdin',
    )
  }
  return new StdinSource(io.stdin, io.clock)
}
