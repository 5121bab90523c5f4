/** Calls back once, later. @returns cancels it */
export type Schedule = (callback: () => void, delayMs: number) => () => void

export const systemSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}
