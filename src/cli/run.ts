import { CommanderError } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { isReaderGone, outputFailed } from '../app/reader-gone.ts'
import { asInaError, exitCodeOf } from '../util/errors.ts'
import { colourFor, loadColours } from './colour.ts'
import { programFor } from './program-for.ts'

/**
 * Parses and runs one command line.
 *
 * @returns the exit code of contract section 1
 */
export async function run(args: readonly string[], io: ProcessIo): Promise<number> {
  // A reader that went away is not an error of ours: `ina219 export | head`.
  io.stdout.on('error', (error) => {
    // A command with something to flush listens, too, and ends by itself.
    if (io.stdout.listenerCount('error') > 1) return
    if (isReaderGone(error)) process.exit(0)
    const failure = outputFailed(error)
    report(failure, io, args.includes('--verbose'))
    process.exit(exitCodeOf(failure))
  })
  // Where nobody reads what is said beside the output, the work itself goes on.
  io.stderr.on('error', () => {})
  await loadColours([io.stdout, io.stderr], io.env)
  const program = await programFor(args, io)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed help, version or the usage error already.
      return error.exitCode === 0 ? 0 : 2
    }
    // The first failure decides; those of the steps behind it are reported, too.
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error]
    for (const failure of failures) report(failure, io, args.includes('--verbose'))
    return exitCodeOf(failures[0])
  }
}

function report(error: unknown, io: ProcessIo, verbose: boolean): void {
  const failure = asInaError(error)
  const prefix = colourFor(io.stderr, io.env).error('ina219:')
  io.stderr.write(`${prefix} ${oneLine(failure.message)}; ${oneLine(failure.hint)}\n`)
  for (const detail of failure.details) io.stderr.write(`  ${oneLine(detail)}\n`)
  if (!verbose) return
  for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) {
    io.stderr.write(`${cause.stack ?? cause.message}\n`)
  }
}

function oneLine(text: string): string {
  // Not what is quoted from the command line: an error may count its characters.
  return text.replace(/[^\S ]+/g, ' ').trim()
}
