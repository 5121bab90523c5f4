import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { addConnectOptions } from '../connect-options.ts'
import { parseSettings } from '../device-settings.ts'
import { deviceWordsText } from '../device-words-text.ts'
import { type Example, examplesText } from '../help-text.ts'
import { deviceCalled, noSuchDevice } from '../named-devices.ts'
import { addOneDevice } from '../one-device.ts'
import { option } from '../option.ts'

const EXAMPLES: readonly Example[] = [
  ['ina219 send interval=100ms averaging=8 save --port /dev/ttyUSB0', 'set, and keep it'],
  ['ina219 send hello --port /dev/ttyUSB0', 'what the device says of itself'],
  ['ina219 send read --mock', 'one sample, from the mock device'],
  ['ina219 send threshold=1.5A low=1.4A --mock', 'a limit with its release'],
  ['ina219 send output.A=on --mock --json', 'the same for programs'],
  ['ina219 send output.A=off --connect http://bench:8219', "a board that 'ina219 serve' reads"],
]

interface SendOptions {
  readonly json?: boolean
  readonly device?: readonly string[]
}

export function sendCommand(io: ProcessIo): Command {
  const command = new Command('send')
    .description('Sends settings and commands to a device, and prints what it answers.')
    .argument('<name=value...>', 'settings and commands, carried out in this order')
  const device = addOneDevice(command)
  const readConnect = addConnectOptions(command, io, 'send to a device', ['device', 'json'])
  return command
    .addOption(option('--json', 'print a JSON array with one object a command', { flagOnly: true }))
    .addHelpText('after', deviceWordsText() + examplesText(EXAMPLES))
    .action(async (texts: string[], { json, device: names }: SendOptions) => {
      const connect = readConnect()
      if (connect !== null) {
        const { runRemoteSend } = await import('../../app/remote-send.ts')
        const words = { words: texts, json: json === true }
        await runRemoteSend({ connect, device: names?.[0] ?? null, ...words }, io)
        return
      }
      const { named, plan } = await device(io)
      const settings = parseSettings(texts, [named], io.clock)
      for (const { device: name, text } of settings) {
        if (name !== null && deviceCalled(name, [named]) === null) {
          throw noSuchDevice(name, text, [named])
        }
      }
      // Loaded only now: other commands need none of it.
      const { runSend } = await import('../../app/send-run.ts')
      const orders = settings.map(({ text, value }) => ({ text, command: value }))
      await runSend({ source: plan.source, orders, json: json === true }, io)
    })
}
