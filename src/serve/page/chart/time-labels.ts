import { twoDigits } from '../../../util/numbers.ts'

const DAY_S = 86_400

/** Clock times of the browser's zone, midnight as month and day. @param splits Unix s @param stepS between them */
export function timeLabels(splits: readonly number[], stepS: number): string[] {
  return splits.map((seconds) => {
    const at = new Date(Math.round(seconds * 1000))
    const [hours, minutes] = [at.getHours(), at.getMinutes()].map(twoDigits)
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0
    if (stepS >= DAY_S || (isMidnight && stepS >= 1800)) {
      return `${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`
    }
    if (stepS >= 60) return `${hours}:${minutes}`
    const clock = `${hours}:${minutes}:${twoDigits(at.getSeconds())}`
    return stepS >= 1 ? clock : `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
  })
}
