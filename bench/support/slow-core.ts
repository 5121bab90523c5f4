import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Short, so that a process waits for milliseconds as on a slow core, not for tenths of a second. */
const PERIOD_US = 10_000
/** Where cgroups of either version are, with what says how much time a group has in a period. */
const VERSIONS = [
  { root: '/sys/fs/cgroup/cpu', limit: 'cpu.cfs_quota_us' },
  { root: '/sys/fs/cgroup', limit: 'cpu.max' },
] as const

/**
 * A share of one core of this machine for a process and its threads: its time, not its caches or its memory's speed.
 *
 * @returns a prefix for a command that is to run so; null where this system lets nobody (or not us) do that
 */
export function slowCore(share: number): string[] | null {
  const version = VERSIONS.find(({ root }) => existsSync(join(root, 'cgroup.procs')))
  if (version === undefined) return null
  const group = join(version.root, `ina219-bench-${process.pid}-${Math.round(share * 1000)}`)
  try {
    if (!existsSync(group)) {
      mkdirSync(group)
      process.once('exit', () => {
        try {
          rmdirSync(group)
        } catch {
          // Of a bench that failed, a process may still be in it; what it failed of is what counts.
        }
      })
    }
    const quotaUs = Math.round(PERIOD_US * share)
    if (version.limit === 'cpu.max') {
      writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${PERIOD_US}`)
    } else {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US))
      writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quotaUs))
    }
  } catch {
    return null
  }
  return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(group, 'cgroup.procs')]
}
