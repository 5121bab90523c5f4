import { existsSync, readFileSync, statSync } from 'node:fs'

/** Of Linux for every machine (USER_HZ). */
const TICKS_PER_S = 100

/** Processor time of all threads of a running process so far, s, in steps of 10 ms. */
export function cpuOf(pid: number): number {
  return cpuIn(`/proc/${pid}/stat`)
}

/** The same of its first thread alone: in ours the one that reads. */
export function firstThreadCpuOf(pid: number): number {
  return cpuIn(`/proc/${pid}/task/${pid}/stat`)
}

function cpuIn(file: string): number {
  // What stands before is the name, which may have blanks.
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

/** Resident memory of a running process, MB. */
export function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Bytes of pages that a running process has made to be written so far. */
export function writtenBy(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

/** Bytes that the disk of this file has been given since the machine started, by everybody; NaN where it is no disk. */
export function writtenTo(file: string): number {
  const { dev } = statSync(file)
  const stat = `/sys/dev/block/${dev >> 8}:${dev & 0xff}/stat`
  if (!existsSync(stat)) return Number.NaN
  return Number(readFileSync(stat, 'utf8').trim().split(/\s+/)[6]) * 512
}
