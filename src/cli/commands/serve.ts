import { Command } from 'commander'
import { withNewLog } from '../../app/failed-start.ts'
import type { ProcessIo } from '../../app/io.ts'
import type { DevicePlan } from '../../app/run-plan.ts'
import { type Example, examplesText } from '../help-text.ts'
import { addRunOptions } from '../monitor-options.ts'
import { logPlan, runPlan } from '../monitor-plan.ts'
import { devicePlans } from '../monitor-source.ts'
import { addServeOptions } from '../serve-options.ts'

const EXAMPLES: readonly Example[] = [
  ['ina219 serve --mock', 'try it without hardware, and open http://127.0.0.1:8219'],
  ['ina219 serve --port /dev/ttyUSB0 --wait', 'a board, for this machine'],
  ['ina219 serve --port /dev/ttyUSB0 --listen 0.0.0.0:8219', 'for the network, with the token'],
  ['ina219 serve --mock --listen unix:/run/user/1000/ina219.sock', 'for users of this machine'],
]

export function serveCommand(io: ProcessIo): Command {
  const command = new Command('serve').description(
    'Reads and logs as monitor does, for many to watch: web page, API, remote terminals.',
  )
  const read = addRunOptions(command)
  const readServe = addServeOptions(command, io)
  return command.addHelpText('after', NOTE + examplesText(EXAMPLES)).action(() => {
    const options = read()
    const serve = readServe()
    const log = logPlan(options, io)
    const run = async (): Promise<void> => {
      const named = await devicePlans(options.devices, io)
      const { energyStore } = serve
      const devices = energyStore === null ? named : [...named, await standInOf(energyStore)]
      const plan = await runPlan(options, { devices, log, output: { kind: 'none' }, serve }, io)
      // Loaded only now: other commands need none of it.
      const { runMonitor } = await import('../../app/runtime.ts')
      await runMonitor(plan, io)
    }
    return log === null ? run() : withNewLog(log.file, run)
  })
}

/** Loaded only where there is an energy store. */
async function standInOf(store: string): Promise<DevicePlan> {
  const { standInFor } = await import('../stand-in-plan.ts')
  return standInFor(store)
}

const NOTE = `
Reading is free on this machine; what changes something, and any other address, needs the token.
It runs until a signal, also where its input has ended. See docs/serve.md.
`
