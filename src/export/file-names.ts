import { formatIso } from '../util/time-text.ts'

/** `ina219-bench-7-20261120T203232.480Z-4.040s`: whose samples, from when on, how long; without a path in it. */
export function spanName(device: string, fromUs: number, toUs: number): string {
  const who = device.replace(/[^\w.@-]+/g, '_').slice(0, 40)
  return `ina219-${who}-${timeName(fromUs)}-${((toUs - fromUs) / 1e6).toFixed(3)}s`
}

/** `20261120T203232.480Z`. @param us Unix µs */
export function timeName(us: number): string {
  return formatIso(us).replaceAll(/[-:]/g, '')
}
