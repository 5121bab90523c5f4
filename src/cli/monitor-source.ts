import type { Source } from '../sources/source.ts'
import { StdinSource } from '../sources/stdin-source.ts'
import { InaError } from '../util/errors.ts'
import type { CliIo } from './io.ts'

export interface SourceChoice {
  port?: string
  baud: number
  stdin?: boolean
  mock?: string | true
  wait?: boolean
}

/** The one source that the options name; without any, the one port that is surely a board. */
export async function openSource(choice: SourceChoice, io: CliIo): Promise<Source> {
  const named = [choice.port !== undefined, choice.stdin === true, choice.mock !== undefined]
  if (named.filter(Boolean).length > 1) {
    throw new InaError(
      'usage_invalid',
      'more than one source is named',
      'give one of --port, --stdin and --mock',
    )
  }
  if (choice.stdin === true) return openStdin(io)
  if (choice.mock !== undefined) {
    const { MockSource } = await import('../../mock/source.ts')
    return new MockSource({
      scenario: choice.mock === true ? 'normal' : choice.mock,
      clock: io.clock,
    })
  }
  return openSerial(choice.port ?? (await surePort(io)), choice, io)
}

function openStdin(io: CliIo): Source {
  if (io.stdin.isTTY) {
    throw new InaError(
      'usage_invalid',
      '--stdin reads frames from a pipe, but standard input is the terminal',
      'pipe frames in, for example: ina219 mock | ina219 monitor --stdin',
    )
  }
  return new StdinSource(io.stdin, io.clock)
}

async function openSerial(path: string, choice: SourceChoice, io: CliIo): Promise<Source> {
  const { SerialSource } = await import('../sources/serial/serial-source.ts')
  return new SerialSource({
    path,
    baud: choice.baud,
    wait: choice.wait === true,
    clock: io.clock,
  })
}

async function surePort(io: CliIo): Promise<string> {
  const { listPorts, pickPort } = await import('../sources/serial/ports.ts')
  const ports = await listPorts()
  const picked = pickPort(ports)
  if (picked.port !== null) {
    io.stderr.write(`ina219: using ${picked.port.path} (${picked.port.board})\n`)
    return picked.port.path
  }
  const seen = ports.length === 0 ? '' : ` (${ports.map((port) => port.path).join(', ')})`
  throw new InaError(
    'device_none',
    `no source is named, and ${picked.reason}${seen}`,
    'name a port with --port, pipe frames in with --stdin, or try --mock',
  )
}
