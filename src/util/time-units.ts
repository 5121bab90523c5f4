export const US_PER_SECOND = 1_000_000
export const US_PER_MINUTE = 60_000_000
