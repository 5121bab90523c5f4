import { type Clock, systemClock } from '../util/clock.ts'

/** The outside world of a command, injected so that tests own it. */
export interface ProcessIo {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
}

export const processIo: ProcessIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: systemClock,
}
