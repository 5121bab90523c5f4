import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { InaError } from '../util/errors.ts'
import { configFolder } from '../util/paths.ts'
import { type Scope, UNIT_NAME } from './unit.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The systemd of this machine, or of this user. */
export class Systemd {
  readonly scope: Scope
  readonly #env: NodeJS.ProcessEnv

  constructor(scope: Scope, env: NodeJS.ProcessEnv) {
    this.scope = scope
    this.#env = scope === 'user' ? withRuntimeFolder(env) : env
  }

  get unitFile(): string {
    return unitFile(this.scope, this.#env)
  }

  /** @throws InaError config_invalid */
  check(): void {
    // sd_booted(3)
    if (!existsSync('/run/systemd/system')) {
      throw new InaError(
        'config_invalid',
        'this machine was not started by systemd, so that it has no services',
        'see the unit with --print, or run the logger in a container or by hand (docs/service.md)',
      )
    }
    if (this.scope === 'system') return
    const { code, stderr } = this.run('systemctl', ['show', '--property=Version'])
    if (code === 0) return
    throw new InaError(
      'config_invalid',
      `the systemd of this user can't be reached: ${firstLine(stderr)}`,
      'log in as this user (not by su or sudo), or install a system unit: --system, as root',
    )
  }

  /** Runs systemctl, journalctl or systemd-analyze in the scope. @returns code -1: there is no such program */
  run(program: string, args: readonly string[]): Ran {
    const scoped = this.scope === 'user' && program !== 'journalctl' ? ['--user', ...args] : args
    const { status, stdout, stderr, error } = spawnSync(program, scoped, {
      env: { ...this.#env, SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' },
      encoding: 'utf8',
    })
    if (error !== undefined) return { code: -1, stdout: '', stderr: error.message }
    return { code: status ?? -1, stdout, stderr }
  }

  /** @throws InaError config_invalid: systemctl does not do it */
  systemctl(...args: string[]): string {
    const { code, stdout, stderr } = this.run('systemctl', args)
    if (code === 0) return stdout
    throw new InaError(
      'config_invalid',
      `systemctl ${args.join(' ')} failed: ${firstLine(stderr)}`,
      'see: ina219 service status',
    )
  }

  /** Properties of the unit, as systemctl-show gives them. */
  properties(...names: string[]): Readonly<Record<string, string>> {
    const text = this.systemctl('show', UNIT_NAME, ...names.map((name) => `--property=${name}`))
    const pairs = text.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=')
      return [line.slice(0, Math.max(0, at)), line.slice(at + 1)]
    })
    return Object.fromEntries(pairs)
  }

  /** The newest lines that the service has written. */
  lastLines(count: number): string[] {
    const unit = this.scope === 'user' ? `--user-unit=${UNIT_NAME}` : `--unit=${UNIT_NAME}`
    const args = [unit, `--lines=${count}`, '--no-pager', '--quiet', '--output=short-iso']
    return this.run('journalctl', args)
      .stdout.split('\n')
      .filter((line) => line !== '')
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}

/** A login by su has none, although the user's systemd may run. */
function withRuntimeFolder(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env['XDG_RUNTIME_DIR']) return env
  const folder = `/run/user/${userInfo().uid}`
  return existsSync(folder) ? { ...env, XDG_RUNTIME_DIR: folder } : env
}

export function unitFile(scope: Scope, env: NodeJS.ProcessEnv): string {
  if (scope === 'system') return join('/etc/systemd/system', UNIT_NAME)
  return join(dirname(configFolder(env)), 'systemd', 'user', UNIT_NAME)
}

/** Whether this user may make the namespaces of a sandbox, which some systems forbid. */
export function canMakeNamespaces(): boolean {
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0
}
