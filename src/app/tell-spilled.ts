import type { LogClient } from '../storage/client/log.ts'
import { spillPath } from '../storage/file/leftovers.ts'

/** At the end of a run: what is safe, but not in the log. The run itself did not fail. */
export function tellSpilled({ spilled, state, file }: LogClient, to: NodeJS.WriteStream): void {
  if (spilled === 0) return
  const samples = spilled === 1 ? '1 sample is' : `${spilled} samples are`
  to.write(
    `ina219: ${samples} in ${spillPath(file)} alone, since ${state.reason}; the next run with this log takes them in\n`,
  )
}
