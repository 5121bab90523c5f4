import { systemCode } from './errors.ts'

/** Whether a process of this machine is there, another user's included. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}
