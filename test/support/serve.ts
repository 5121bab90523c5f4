import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from './cli.ts'
import { temporaryFolder } from './folder.ts'

/** A `serve` that runs as a child process. */
export interface ServeRun {
  readonly child: ChildProcess
  /** `http://127.0.0.1:<port>`, or what `--listen` named first. */
  readonly url: string
  readonly token: string
  /** All of stderr so far. */
  readonly errors: () => string
  /** `GET`, or whatever `init` says, of a path. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** The same with the token. */
  change(path: string, body?: unknown): Promise<Response>
}

/**
 * Starts the real command, on a free port of loopback, with a log of its own, and waits until it listens.
 *
 * @param args sources and other options
 */
export async function startServe(
  args: readonly string[] = ['--mock'],
  env: Record<string, string> = {},
): Promise<ServeRun> {
  const folder = temporaryFolder()
  const tokenFile = join(folder, 'token')
  const named = (option: string): boolean => args.includes(option)
  const child = start(
    [
      'serve',
      ...(named('--listen') ? [] : ['--listen', '127.0.0.1:0']),
      ...(named('--token-file') ? [] : ['--token-file', tokenFile]),
      ...(named('--db') || named('--no-log') ? [] : ['--db', join(folder, 'log.db')]),
      ...args,
    ],
    env,
  )
  let text = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (part: Buffer) => {
      text += part.toString()
      const [, address] = /serving on (\S+)\n/.exec(text) ?? []
      // The line about the token comes behind those of the addresses.
      if (address !== undefined && text.includes('needs the token in ')) resolve(address)
    })
    child.on('close', (code) => reject(new Error(`serve ended with ${code}: ${text}`)))
  })
  const file = /needs the token in (.*)\n/.exec(text)?.[1] ?? tokenFile
  const token = readFileSync(file, 'utf8').trim()
  return {
    child,
    url,
    token,
    errors: () => text,
    fetch: (path, init) => fetch(url + path, init),
    change: (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body ?? {}),
      }),
  }
}
