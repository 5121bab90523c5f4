/** A program whose end hangs: only a second signal gets it away. */
import { Stop } from '../../src/app/stop.ts'
import { systemClock } from '../../src/util/clock.ts'

setInterval(() => {}, 1000)
const stop = new Stop(systemClock, () => process.stdout.write('last words\n'))
stop.onSignals()
process.stdout.write('running\n')
await stop.reached
process.stdout.write('ending\n')
