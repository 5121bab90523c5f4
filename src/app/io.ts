import { type Clock, systemClock } from '../util/clock.ts'

/** The outside world of a command, injected so that tests own it. */
export interface ProcessIo {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
}

/** Node makes each stream when it is asked for; a command that reads nothing has no `stdin`. */
export const processIo: ProcessIo = {
  get stdin() {
    return process.stdin
  },
  get stdout() {
    return process.stdout
  },
  get stderr() {
    return process.stderr
  },
  env: process.env,
  clock: systemClock,
}
