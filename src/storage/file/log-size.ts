/** Bytes a sample takes in the file, indexes and page slack included; measured with 100,000 of the mock's. */
export const BYTES_PER_SAMPLE = 32
/** A minute's roll-up. */
const BYTES_PER_MINUTE = 120

/**
 * How large the log will be once it is full.
 *
 * @param samplesPerSecond the present rate
 * @param retainMs how long samples are kept
 * @returns bytes
 */
export function estimateLogBytes(samplesPerSecond: number, retainMs: number): number {
  const seconds = retainMs / 1000
  return seconds * samplesPerSecond * BYTES_PER_SAMPLE + (seconds / 60) * BYTES_PER_MINUTE
}
