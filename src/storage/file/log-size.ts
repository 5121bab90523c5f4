/** Bytes a sample takes in the file, indexes and page slack included; measured with 100,000 of the mock's. */
export const BYTES_PER_SAMPLE = 32
/** A value of an extra channel, measured with 100,000 samples of 1 to 8 channels. */
const BYTES_PER_VALUE = 23
/** A minute's roll-up. */
const BYTES_PER_MINUTE = 120
/** A second's roll-up, measured at 20 to 1000 samples a second. */
const BYTES_PER_SECOND = 80
/** Seconds with fewer samples get no roll-up: their samples are read as fast, and it would cost more than they do. */
export const LEAST_IN_SECOND = 20

/**
 * How large the log will be once it is full.
 *
 * @param samplesPerSecond the present rate
 * @param retainMs how long samples are kept
 * @param valuesPerSecond values of extra channels at the present rate
 * @returns bytes
 */
export function estimateLogBytes(
  samplesPerSecond: number,
  retainMs: number,
  valuesPerSecond = 0,
): number {
  const seconds = retainMs / 1000
  const bytesPerSecond =
    samplesPerSecond * BYTES_PER_SAMPLE +
    valuesPerSecond * BYTES_PER_VALUE +
    (samplesPerSecond >= LEAST_IN_SECOND ? BYTES_PER_SECOND : 0)
  return seconds * bytesPerSecond + (seconds / 60) * BYTES_PER_MINUTE
}
