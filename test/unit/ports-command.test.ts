import { describe, expect, it } from 'vitest'
import { type ProcessIo, processIo } from '../../src/app/io.ts'
import { portsCommand } from '../../src/cli/commands/ports.ts'
import type { PortInfo } from '../../src/sources/serial/ports.ts'

const uno: PortInfo = {
  path: '/dev/ttyACM0',
  stableName: '/dev/serial/by-id/usb-Arduino_A1-if00',
  manufacturer: 'Arduino',
  vendorId: '2341',
  productId: '0043',
  serialNumber: 'A1',
  board: 'Arduino Uno',
  sure: true,
}
const builtIn: PortInfo = {
  path: '/dev/ttyS0',
  stableName: null,
  manufacturer: null,
  vendorId: null,
  productId: null,
  serialNumber: null,
  board: null,
  sure: false,
}

async function run(
  ports: readonly PortInfo[],
  ...args: string[]
): Promise<{ out: string; all: boolean }> {
  const written: string[] = []
  let asked = false
  const stdout = { write: (text: string) => written.push(text) > 0 } as NodeJS.WriteStream
  const io: ProcessIo = { ...processIo, stdout }
  const command = portsCommand(io, async ({ all }) => {
    asked = all
    return ports
  })
  await command.parseAsync(args, { from: 'user' })
  return { out: written.join(''), all: asked }
}

describe('ina219 ports', () => {
  it('shows a table and a command line to copy, with the stable name', async () => {
    expect((await run([uno, builtIn])).out).toBe(
      [
        'PORT          LOOKS LIKE   USB ID     SERIAL NUMBER  MAKER',
        '/dev/ttyACM0  Arduino Uno  2341:0043  A1             Arduino',
        '/dev/ttyS0    -            -          -              -',
        '',
        'To watch it:',
        '  ina219 monitor --port /dev/serial/by-id/usb-Arduino_A1-if00',
        '',
      ].join('\n'),
    )
  })

  it('has a line to copy for each of several boards, quoted where a shell needs it', async () => {
    const odd = { ...uno, path: "/dev/odd name'", stableName: null }
    const { out } = await run([uno, odd])
    expect(out).toContain('To watch one:')
    expect(out).toContain(`  ina219 monitor --port '/dev/odd name'\\'''\n`)
  })

  it('says that none looks like a board', async () => {
    expect((await run([builtIn])).out).toContain('None looks like a board')
  })

  it('says what to check where there is no port', async () => {
    const { out } = await run([])
    expect(out).toMatch(/^No serial port found/)
    expect(out).toContain('cable')
  })

  it('prints JSON, an empty array where there is none', async () => {
    expect(JSON.parse((await run([uno], '--json')).out)).toEqual([
      {
        path: '/dev/ttyACM0',
        stable_name: '/dev/serial/by-id/usb-Arduino_A1-if00',
        board: 'Arduino Uno',
        sure: true,
        manufacturer: 'Arduino',
        vendor_id: '2341',
        product_id: '0043',
        serial_number: 'A1',
      },
    ])
    expect((await run([], '--json')).out).toBe('[]\n')
  })

  it('asks for all ports with --all alone', async () => {
    expect((await run([])).all).toBe(false)
    expect((await run([], '--all')).all).toBe(true)
  })

  it('lets no device steer the terminal', async () => {
    const { out } = await run([{ ...uno, manufacturer: '\u001b[2Jevil\u202e' }])
    expect(out).toContain('?[2Jevil?')
    expect(out).not.toContain('\u001b')
  })
})
