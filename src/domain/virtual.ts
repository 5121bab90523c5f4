/** The `mode` of a sample that was made up: nothing of it was measured. */
export const VIRTUAL_MODE = 'VIRTUAL'

/** @param mode of a sample, in any letter case; null: it has none */
export function isVirtualMode(mode: string | null): boolean {
  return mode !== null && mode.trim().toUpperCase() === VIRTUAL_MODE
}
