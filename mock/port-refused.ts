import { InaError, systemCode } from '../src/util/errors.ts'

/** Why nobody can listen at a port. @param option that names the port, and takes any free one with 0 */
export function portRefused(option: string, port: number, error: unknown): InaError {
  const isTaken = systemCode(error) === 'EADDRINUSE'
  return new InaError(
    isTaken ? 'device_busy' : 'device_denied',
    isTaken
      ? `port ${port} is taken by another program`
      : `port ${port} can't be opened: ${systemCode(error) ?? 'the system refuses'}`,
    `choose another one: ${option} 0 takes any that is free`,
    error,
  )
}
