import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { encodeCommand } from '../protocol/codec.ts'
import type { HelloFrame } from '../protocol/frames.ts'
import { permissionHint, realProbe } from '../sources/serial/open-failure.ts'
import { listPorts, type PortInfo } from '../sources/serial/ports.ts'
import { SerialSource } from '../sources/serial/serial-source.ts'
import type { Clock } from '../util/clock.ts'
import { systemCode } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'
import { type Finding, Findings } from './finding.ts'

/** A boot loader takes 2 s before the board's own program begins. */
const ANSWER_MS = 5000

export interface PortsRequest {
  /** Ports of the flag --port: these are opened. */
  readonly asked: readonly string[]
  /** Ports that environment or configuration file name. */
  readonly configured: readonly string[]
  readonly baud: number
  readonly clock: Clock
}

/**
 * The serial ports. None is opened that the user has not named on this command line:
 * opening resets most boards, and with them what they have counted.
 */
export async function checkPorts(request: PortsRequest): Promise<Finding[]> {
  const found = new Findings('ports')
  const ports = await listPorts()
  const named = [...request.asked, ...request.configured]
  for (const port of ports) {
    const isNamed = named.some((path) => realPath(path) === port.path)
    if (!isNamed) await checkUse(found, port.path, describe(port), port.sure)
  }
  for (const path of named) {
    const port = ports.find((each) => each.path === realPath(path))
    const isUsable = await checkUse(found, path, port ? describe(port) : path, true)
    if (isUsable && request.asked.includes(path)) await checkAnswer(found, path, request)
  }
  if (named.length === 0) advise(found, ports)
  return found.list
}

function describe({ path, board, serialNumber }: PortInfo): string {
  const serial = serialNumber === null ? '' : `, serial number ${serialNumber}`
  return `${path} (${board ?? 'does not look like a board'}${serial})`
}

function advise(found: Findings, ports: readonly PortInfo[]): void {
  const boards = ports.filter((each) => each.sure)
  const [only] = boards
  if (ports.length === 0) {
    found.add(
      'note',
      'this machine has no serial port',
      'for a board: another USB cable (many carry power only); a container needs the port passed through',
    )
  } else if (only !== undefined) {
    found.add(
      'note',
      'no board was asked for its firmware: to open a port resets most boards',
      `to ask one: ina219 doctor --port ${only.stableName ?? only.path}`,
    )
  } else found.add('note', 'no port looks like a board', "see 'ina219 ports'")
}

/** @param isWanted what keeps us from using it is a problem @returns true: it can be opened */
async function checkUse(
  found: Findings,
  path: string,
  text: string,
  isWanted: boolean,
): Promise<boolean> {
  const bad = isWanted ? 'problem' : 'note'
  try {
    const { isPort } = await realProbe.stat(path)
    if (!isPort) {
      found.add(bad, `${path} is not a serial port`, "see 'ina219 ports'")
      return false
    }
    // Windows has no rights on ports, and tells who holds one only by refusing it.
    if (process.platform === 'win32') return true
    await access(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    const code = systemCode(error)
    const isRefused = code === 'EACCES' || code === 'EPERM'
    if (isRefused) {
      found.add(bad, `${text}: permission denied`, await permissionHint(path, realProbe))
    } else {
      found.add(
        bad,
        `there is no port '${path}'${code === 'ENOENT' ? '' : ` (${code})`}`,
        "plug the board in, and look at 'ina219 ports'",
      )
    }
    return false
  }
  const holder = await realProbe.holder(path)
  if (holder === null) {
    found.add('ok', `${text}: free, and yours to use`)
    return true
  }
  found.add('note', `${text}: in use by ${holder}`, 'a port has one reader: end that one to use it')
  return false
}

/** What came of a port within the time. */
interface Heard {
  hello: HelloFrame | null
  samples: number
  bytes: number
  failure: { readonly message: string; readonly hint: string } | null
}

async function checkAnswer(
  found: Findings,
  path: string,
  { baud, clock }: PortsRequest,
): Promise<void> {
  const heard = await ask(path, baud, clock)
  if (heard.failure !== null) found.add('problem', heard.failure.message, heard.failure.hint)
  else if (heard.hello !== null) {
    const { model, name, firmware, boot, members } = heard.hello
    const protocol = members['proto']
    const more = [
      name === null ? null : `called ${name}`,
      firmware === null ? null : `firmware ${firmware}`,
      protocol === undefined ? null : `protocol ${protocol}`,
      boot === null ? null : `boot ${boot}`,
    ].filter((each) => each !== null)
    found.add('ok', `${path}: ${model} answers at ${baud} baud: ${more.join(', ')}`)
  } else if (heard.samples > 0) {
    found.add(
      'ok',
      `${path}: ${heard.samples} samples at ${baud} baud; it does not say who it is, as plain sketches don't`,
      'with the firmware of this project, lost samples are healed',
    )
  } else if (heard.bytes === 0) {
    found.add(
      'problem',
      `${path}: nothing came in ${ANSWER_MS / 1000} s`,
      `does a sketch run on it, and is ${baud} baud its rate? another one: --baud`,
    )
  } else {
    found.add(
      'problem',
      `${path}: ${heard.bytes} bytes came, and no sample in them`,
      `${baud} baud is probably the wrong rate (try --baud 9600), or its sketch prints something else`,
    )
  }
}

/** Asks who it is, once a second until the answer is there or the time is over. */
async function ask(path: string, baud: number, clock: Clock): Promise<Heard> {
  const heard: Heard = { hello: null, samples: 0, bytes: 0, failure: null }
  const source = new SerialSource({ path, baud, wait: false, clock })
  await new Promise<void>((resolve) => {
    let seq = 1
    const write = (): void => source.write(encodeCommand({ cmd: 'hello' }, seq++))
    const again = setInterval(write, 1000)
    const end = (): void => {
      clearInterval(again)
      clearTimeout(limit)
      resolve()
    }
    const limit = setTimeout(end, ANSWER_MS)
    source.start({
      bytes: (count) => {
        heard.bytes += count
      },
      frame: (frame) => {
        if (frame.kind === 'sample') heard.samples++
        if (frame.kind !== 'hello') return
        heard.hello = frame
        end()
      },
      connected: write,
      failed: (error) => {
        heard.failure = error
        end()
      },
      ended: end,
      state: () => {},
      format: () => {},
      unit: () => {},
      gap: () => {},
      event: () => {},
    })
  })
  await source.stop()
  return heard
}
