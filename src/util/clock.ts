/** The host's time, injected so that tests own it. */
export interface Clock {
  /** Unix time in ms, with fractions; may step (NTP, suspend). */
  wallMs(): number
  /** Monotonic time in ms, with fractions; origin unspecified. */
  monoMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monoMs: () => performance.now(),
}
