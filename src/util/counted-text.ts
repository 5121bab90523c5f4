import { cutPercent, fixed } from './number-text.ts'

/**
 * Which part of the time the device has counted charge and energy over itself, as a share of it:
 * `99.8 %`, and `99.8 % (3.0 % in gaps)` where samples are missing in it.
 *
 * @param elapsedS time that the shares are of, s
 * @returns null: the device counts nothing
 */
export function countedText(
  { countedS, bridgedS }: { readonly countedS: number; readonly bridgedS: number },
  elapsedS: number,
): string | null {
  if (!(countedS > 0) || !(elapsedS > 0)) return null
  const counted = shareText(countedS / elapsedS)
  return bridgedS > 0 ? `${counted} (${shareText(bridgedS / elapsedS)} in gaps)` : counted
}

function shareText(share: number): string {
  return share >= 1 ? '100 %' : `${fixed(cutPercent(share), 1)} %`
}
