/** The columns of `minute` and `second` behind device and time, in the order of the tables. */
export const ROLL_UP_COLUMNS: readonly string[] = [
  'samples',
  'measured',
  'covered_us',
  ...['v', 'a', 'w'].flatMap((each) => [`${each}_min`, `${each}_sum`, `${each}_max`]),
  'charge_pc',
  'energy_pj',
]
