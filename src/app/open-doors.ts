import type { Hub } from '../monitor/hub.ts'
import type { View } from '../monitor/view.ts'
import { type Serving, startServing } from '../serve/serve.ts'
import type { ServePlan } from '../serve/serve-plan.ts'
import type { LogClient } from '../storage/client/log.ts'
import { adviceText } from '../util/errors.ts'
import type { ProcessIo } from './io.ts'

declare const __VERSION__: string

interface Served {
  readonly hub: Hub
  readonly log: LogClient | null
  readonly view: View
}

/** Lets viewers in, and says where. @throws InaError as `startServing` */
export async function openDoors(plan: ServePlan, served: Served, io: ProcessIo): Promise<Serving> {
  const say = (text: string): void => {
    io.stderr.write(`ina219: ${text}\n`)
  }
  const serving = await startServing(plan, {
    ...served,
    clock: io.clock,
    version: __VERSION__,
    report: (error) => say(adviceText(error)),
  })
  for (const address of serving.addresses) say(`serving on ${address}`)
  say(`what changes something needs the token in ${plan.tokenFile}`)
  return serving
}
