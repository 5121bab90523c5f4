import { spawn } from 'node:child_process'
import { loadDatagrams } from './unix-datagrams.ts'

/** What started this process and wants to know how it is: systemd, or what speaks as it does. */
export interface ServiceManager {
  /** A sign of life is expected within this time, ms; null: none is. */
  readonly watchdogMs: number | null
  /** `systemd-notify` runs as a process of its own: NotifyAccess=main would not hear it. */
  readonly way: 'socket' | 'command'
  /** Never fails and never waits. @param states such as `READY=1`, one line each (sd_notify(3)) */
  tell(...states: string[]): void
  /** Resolves when all that was told is on its way. */
  flushed(): Promise<void>
}

/** Puts one message on its way. */
type Send = (message: string) => Promise<void>

/**
 * The manager that the environment names (sd_notify(3)); its variables are taken out, so
 * that no child process speaks in our name. A notification that can't be delivered is no
 * reason to measure less: it is dropped.
 *
 * @returns null: nobody wants to know
 */
export async function findServiceManager(env: NodeJS.ProcessEnv): Promise<ServiceManager | null> {
  const path = env['NOTIFY_SOCKET'] ?? ''
  const watchdogMs = watchdogOf(env)
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name]
  if (path === '') return null
  // The package knows paths only: no abstract names (@...), no vsock.
  const bySocket = path.startsWith('/') ? await socketSender(path) : null
  const send = bySocket ?? commandSender(path, env)
  const pending = new Set<Promise<void>>()
  return {
    watchdogMs,
    way: bySocket === null ? 'command' : 'socket',
    tell: (...states) => {
      const sent = send(states.map(oneLine).join('\n')).finally(() => pending.delete(sent))
      pending.add(sent)
    },
    flushed: async () => {
      await Promise.all(pending)
    },
  }
}

/** A line break in a device's name must not begin a state of its own. */
function oneLine(state: string): string {
  return state.replace(/[\r\n]+/g, ' ')
}

/** WATCHDOG_PID: the variables may be meant for a parent (sd_watchdog_enabled(3)). */
function watchdogOf(env: NodeJS.ProcessEnv): number | null {
  const pid = env['WATCHDOG_PID']
  const us = Number(env['WATCHDOG_USEC'])
  if (!(us > 0) || (pid !== undefined && Number(pid) !== process.pid)) return null
  return us / 1000
}

/** @returns null: the package is not there */
async function socketSender(path: string): Promise<Send | null> {
  try {
    const send = await loadDatagrams()
    return async (message) => send(path, message)
  } catch {
    return null
  }
}

function commandSender(path: string, env: NodeJS.ProcessEnv): Send {
  return (message) =>
    new Promise((resolve) => {
      const child = spawn('systemd-notify', message.split('\n'), {
        env: { ...env, NOTIFY_SOCKET: path },
        stdio: 'ignore',
      })
      child.on('error', () => resolve())
      child.on('exit', () => resolve())
    })
}
