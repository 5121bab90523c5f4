import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219, served } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { hasPty } from '../support/serial.ts'

describe.skipIf(!hasPty)('monitor --poll', () => {
  it.each([
    { device: 'the mock', args: ['--rate', '1'] },
    { device: 'the firmware', args: ['--board'] },
  ])('asks $device for each sample, and gives it its mode back', async ({ args }) => {
    const port = await served(...args)
    const summary = join(temporaryFolder(), 'run.json')
    const run = await ina219([
      ...['monitor', '--port', port, '--poll', '100ms', '--count', '20', '--no-log'],
      ...['--output', 'plain', '--summary', summary],
    ])
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(/command: poll mode: a sample is asked for every 100ms/)
    const ledger = JSON.parse(readFileSync(summary, 'utf8'))
    expect(ledger).toMatchObject({ samples: 20, lost: 0, malformed: 0 })
    // Each `read`, and the mode to and fro; a few samples come by themselves before the device is told.
    expect(ledger.commands_acked).toBeGreaterThanOrEqual(12)
    const [hello] = JSON.parse((await ina219(['send', 'hello', '--port', port, '--json'])).stdout)
    expect(hello.hello.mode).toBe('stream')
  })

  it('for one of several devices; the other one streams', async () => {
    const [polled, streaming] = [await served('--rate', '50'), await served('--rate', '50')]
    const summary = join(temporaryFolder(), 'run.json')
    const run = await ina219([
      ...['monitor', '--port', polled, '--port', streaming, '--device', 'a', '--device', 'b'],
      ...['--poll', 'a:24h', '--count', '200', '--no-log', '--output', 'none'],
      ...['--summary', summary],
    ])
    expect(run.code).toBe(0)
    const { devices } = JSON.parse(readFileSync(summary, 'utf8'))
    expect(devices[1].samples).toBeGreaterThan(2 * devices[0].samples)
  })

  it('needs a device that hears', async () => {
    const run = await ina219(['monitor', '--stdin', '--poll', '1s', '--no-log'], '{"v":1,"a":1}\n')
    expect(run).toMatchObject({ code: 2 })
    expect(run.stderr).toMatch(/--poll needs a device that hears/)
    const short = await ina219(['monitor', '--mock', '--poll', '1ms', '--no-log'])
    expect(short.stderr).toMatch(/'1ms' is no period of 100ms to 24h/)
  })
})
