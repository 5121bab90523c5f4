import { afterEach, describe, expect, it } from 'vitest'
import { parseFormat } from '../../src/sources/formats/format-choice.ts'
import { SerialSource } from '../../src/sources/serial/serial-source.ts'
import { systemClock } from '../../src/util/clock.ts'
import { capture } from '../support/format-rig.ts'
import { until } from '../support/polling.ts'
import { hasPty, openRecordedPty, type RecordedPty } from '../support/serial.ts'
import { startStream } from '../support/stream-rig.ts'

describe.skipIf(!hasPty)('a board with another sketch on a port', () => {
  const toClose: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close()
  })

  async function board(
    format?: string,
  ): Promise<{ pty: RecordedPty; rig: ReturnType<typeof startStream> }> {
    const pty = await openRecordedPty()
    toClose.push(() => pty.close())
    const source = new SerialSource({
      path: pty.path,
      baud: 115_200,
      wait: false,
      clock: systemClock,
      ...(format === undefined ? {} : { format: parseFormat(format) }),
    })
    const states: string[] = []
    const rig = startStream(
      { source, clock: systemClock },
      { sourceState: (state) => states.push(state) },
    )
    toClose.unshift(() => rig.stream.stop())
    const ticker = setInterval(() => rig.stream.tick(), 20)
    toClose.unshift(() => clearInterval(ticker))
    await until('the connection', () => states.at(-1) === 'live' && pty.open)
    return { pty, rig }
  }

  it('a block that nothing follows is a sample after a pause, and no command goes out', async () => {
    const { pty, rig } = await board('text')
    // The rest of a line that was under way when the port was opened: nobody knows of what.
    pty.write(Buffer.from('ent: 5.00 mA\r\nBus Voltage: 5.02 V\r\nCurrent: 245.00 mA\r\n'))
    await until('the sample', () => rig.samples.length === 1)
    expect(rig.samples[0]).toMatchObject({ voltage: 5.02, current: 0.245, seq: null, status: 'ok' })
    expect(rig.stream.ledger).toMatchObject({ lines: 3, samples: 1, control: 1, malformed: 1 })
    expect(pty.received().toString()).toBe('')
  })

  it('recognised by itself, it is asked who it is as any board is, and for nothing else', async () => {
    const { pty, rig } = await board()
    pty.write(capture('adafruit-ina219-getcurrent'))
    await until('both samples', () => rig.samples.length === 2)
    expect(rig.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['format', 'unnumbered', 'note']),
    )
    await until('the question', () => pty.received().length > 0)
    const asked = pty.received().toString().trim().split('\n')
    expect(asked.every((line) => line.startsWith('{"cmd":"hello"'))).toBe(true)
  })

  it('lines that wait for others are counted when the monitor stops', async () => {
    const { pty, rig } = await board()
    pty.write(Buffer.from('INA219 demo\r\nBus Voltage: 5.02 V\r\n'))
    await until('the bytes', () => rig.stream.ledger.bytes === 34)
    await rig.stream.stop()
    expect(rig.stream.ledger).toMatchObject({ lines: 2, malformed: 2 })
  })
})
