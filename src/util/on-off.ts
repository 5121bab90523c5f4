/** As programs write it: true, 1 and "on" are on. @returns null: it is neither */
export function onOrOff(value: unknown): boolean | null {
  if (value === true || value === 1 || value === 'on') return true
  return value === false || value === 0 || value === 'off' ? false : null
}
