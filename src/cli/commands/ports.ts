import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { PortInfo } from '../../sources/serial/ports.ts'
import { type Colour, colourFor } from '../colour.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { align } from './table-text.ts'

interface PortsOptions {
  json?: boolean
  all?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 ports', 'what is plugged in, boards first'],
  ['ina219 ports --all', 'built-in ports without hardware, too'],
  ['ina219 ports --json', 'the same for programs'],
]

/** Lists the ports; replaced in tests. */
type ListPorts = (options: { all: boolean }) => Promise<readonly PortInfo[]>

export function portsCommand(io: ProcessIo, list: ListPorts = listReal): Command {
  return new Command('ports')
    .description('Lists serial ports and says which look like a board.')
    .addOption(option('--json', 'print a JSON array with one object a port', { flagOnly: true }))
    .addOption(
      option('--all', 'with built-in ports (ttyS) that have no hardware', { flagOnly: true }),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async ({ json, all }: PortsOptions) => {
      const ports = await list({ all: all === true })
      const colour = colourFor(io.stdout, io.env)
      io.stdout.write(json === true ? portsJson(ports) : portsText(ports, colour))
    })
}

async function listReal(options: { all: boolean }): Promise<readonly PortInfo[]> {
  const { listPorts } = await import('../../sources/serial/ports.ts')
  return listPorts(options)
}

function portsJson(ports: readonly PortInfo[]): string {
  const rows = ports.map((port) => ({
    path: port.path,
    stable_name: port.stableName,
    board: port.board,
    sure: port.sure,
    manufacturer: port.manufacturer,
    vendor_id: port.vendorId,
    product_id: port.productId,
    serial_number: port.serialNumber,
  }))
  return `${JSON.stringify(rows, null, 2)}\n`
}

const NO_PORTS = `No serial port found. Things to check:
  - the USB cable: many carry power only; try another, and another socket
  - the board's power light; and 'dmesg' (Linux) or the device manager (Windows) after plugging in
  - Windows and macOS: CH340 and CP210x chips may need their maker's driver
  - a container or virtual machine sees a port only where it is passed through
Without hardware: ina219 monitor --mock
`

export function portsText(ports: readonly PortInfo[], colour: Colour): string {
  if (ports.length === 0) return NO_PORTS
  const rows = ports.map((port) => [
    port.path,
    port.board ?? '-',
    port.vendorId === null ? '-' : `${port.vendorId}:${port.productId ?? '????'}`,
    port.serialNumber ?? '-',
    port.manufacturer ?? '-',
  ])
  const boards = ports.filter((port) => port.sure)
  const [head = '', ...lines] = align(
    [
      ['PORT', 'LOOKS LIKE', 'USB ID', 'SERIAL NUMBER', 'MAKER'],
      ...rows.map((row) => row.map(clean)),
    ],
    true,
  )
  const dressed = lines.map((line, i) => (ports[i]?.sure ? colour.green(line) : line))
  return `${[colour.bold(head), ...dressed].join('\n')}\n\n${advice(boards)}`
}

function advice(boards: readonly PortInfo[]): string {
  if (boards.length === 0) {
    return 'None looks like a board. If one is:  ina219 monitor --port <port>\n'
  }
  const lines = boards.map(
    (port) => `  ina219 monitor --port ${shellWord(port.stableName ?? port.path)}\n`,
  )
  return `To watch ${boards.length === 1 ? 'it' : 'one'}:\n${lines.join('')}`
}

/** USB devices name themselves: nothing of that may steer the terminal. */
function clean(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\u1fff]/g, '?')
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
