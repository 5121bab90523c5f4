import { readFileSync } from 'node:fs'

/** Of Linux for every machine (USER_HZ). */
const TICKS_PER_S = 100

/** Processor time of all threads of a running process so far, s, in steps of 10 ms. */
export function cpuOf(pid: number): number {
  // What stands before is the name, which may have blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Resident memory of a running process, MB. */
export function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
