import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { until } from './polling.ts'

/** The receiver is written in another language on purpose: it knows nothing of ours. */
export const hasPython = spawnSync('python3', ['--version']).status === 0

const RECEIVER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1].replace('@', chr(0)))
print("bound", flush=True)
while True:
    print(repr(receiver.recv(4096).decode()), flush=True)
`

/** A datagram socket such as systemd's, in a process of its own. */
export class NotifySocket {
  readonly path: string
  readonly messages: string[] = []
  readonly #child: ChildProcess
  #isBound = false

  private constructor(path: string) {
    this.path = path
    this.#child = spawn('python3', ['-c', RECEIVER, this.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let rest = ''
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === 'bound') this.#isBound = true
        // Python's repr of plain text is a string literal with other quotes.
        else this.messages.push(line.slice(1, -1).replaceAll('\\n', '\n'))
      }
    })
  }

  static open(folder: string): Promise<NotifySocket> {
    return NotifySocket.at(join(folder, 'notify'))
  }

  /** @param path with @ in front: an abstract name, as systemd in a container may have */
  static async at(path: string): Promise<NotifySocket> {
    const socket = new NotifySocket(path)
    await until('the socket is bound', () => socket.#isBound)
    return socket
  }

  /** Messages that have such a line. */
  having(state: string): string[] {
    return this.messages.filter((message) => message.split('\n').includes(state))
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}
