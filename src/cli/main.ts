import { flushed } from '../app/flushed.ts'
import { processIo } from '../app/io.ts'
import { surviveHangUp } from '../tui/terminal/hang-up.ts'
import { ignoreDebugSignal } from './debug-signal.ts'
import { run } from './run.ts'

async function main(): Promise<void> {
  surviveHangUp()
  ignoreDebugSignal()
  const code = await run(process.argv.slice(2), processIo)
  // Bytes that a stalled terminal does not take would keep the process alive.
  await flushed([process.stdout, process.stderr])
  process.exit(code)
}

void main()
