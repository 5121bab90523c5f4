import { flushed } from '../app/flushed.ts'
import { processIo } from '../app/io.ts'
import { surviveHangUp } from '../tui/terminal/hang-up.ts'
import { ignoreDebugSignal } from './debug-signal.ts'
import { run } from './run.ts'

async function main(): Promise<void> {
  surviveHangUp()
  ignoreDebugSignal()
  const args = process.argv.slice(2)
  if (willLog(args)) {
    const { prepareLogThread } = await import('../storage/client/log-thread.ts')
    prepareLogThread()
  }
  const code = await run(args, processIo)
  // Bytes that a stalled terminal does not take would keep the process alive.
  await flushed([process.stdout, process.stderr])
  process.exit(code)
}

/** Words of a command line that opens no log after all. */
const WITHOUT_LOG = /^(--no-log|--connect(=.*)?|--help|-h)$/

/** Whether a log is going to be written, as far as one look can tell; that there is one, a file may still say no to. */
function willLog([name = '', ...args]: readonly string[]): boolean {
  return (name === 'monitor' || name === 'serve') && !args.some((each) => WITHOUT_LOG.test(each))
}

void main()
