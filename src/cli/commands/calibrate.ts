import { Command } from 'commander'
import type { CalibrateResult, Step } from '../../app/calibrate-run.ts'
import type { ProcessIo } from '../../app/io.ts'
import { configPlace } from '../../config/place.ts'
import { type Calibration, NEUTRAL } from '../../domain/calibration.ts'
import { parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { readQuantity } from '../../util/quantity.ts'
import { configFlag } from '../apply-config.ts'
import { parsePoint } from '../calibration-point.ts'
import { calibrationSetting } from '../calibration-setting.ts'
import { type Example, examplesText } from '../help-text.ts'
import { addOneDevice, type OneDevice } from '../one-device.ts'
import { option } from '../option.ts'
import { calibrationOption } from '../source-options.ts'

interface CalibrateOptions {
  zero?: boolean
  point?: readonly Step[]
  average: number
  spread?: number
  host?: boolean
  print?: boolean
}

const NOTHING: Calibration = { current: NEUTRAL, voltage: NEUTRAL }

const EXAMPLES: readonly Example[] = [
  ['ina219 calibrate --zero --spread 1A --average 1s --print --mock', 'the zero alone, for a look'],
  [
    'ina219 calibrate --point 0.24A --spread 1A --average 1s --port /dev/ttyUSB0',
    'the gain, at one known current',
  ],
  ['ina219 calibrate --point 5.02V --average 1s --print --mock', 'the gain of the voltage'],
]

export function calibrateCommand(io: ProcessIo): Command {
  const command = new Command('calibrate').description(
    'Measures known points of a device, and stores zero and gain in it or in the configuration file.',
  )
  const device = addOneDevice(command)
  return command
    .addOption(calibrationOption())
    .addOption(
      option('--zero', 'measure the zero of the current, with the load off', { flagOnly: true }),
    )
    .addOption(
      option(
        '--point <value>',
        'measure a known point: what the reference meter reads, such as 1.000A or 5.000V, up to 1000; again for each further one, with a line on standard input when its load is on',
        { flagOnly: true, list: 'whole', parse: parsePoint },
      ),
    )
    .addOption(
      option('--average <duration>', 'how long each point is averaged, 1s to 10m', {
        default: 5000,
        defaultText: '5s',
        parse: averageTime,
      }),
    )
    .addOption(
      option(
        '--spread <value>',
        'largest standard deviation and drift that counts as steady, up to 1000 A or V (default: 0.5 % of the mean, at least 5 counts of the sensor)',
        { parse: spreadLimit },
      ),
    )
    .addOption(
      option('--host', 'store it in the configuration file, also where the device could', {
        flagOnly: true,
      }),
    )
    .addOption(option('--print', 'store nothing, print what it would be', { flagOnly: true }))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (options: CalibrateOptions) => {
      const one = await device(io)
      // Loaded only now: other commands need none of it.
      const { CalibrationSteps } = await import('../calibration-steps.ts')
      const steps = new CalibrationSteps(options.zero === true, options.point ?? [], io)
      try {
        const { runCalibrate } = await import('../../app/calibrate-run.ts')
        const result = await runCalibrate(
          {
            source: one.plan.source,
            nextStep: (done) => steps.next(done),
            averageMs: options.average,
            spreadLimit: options.spread ?? null,
            before: one.plan.calibration ?? NOTHING,
            forHost: options.host === true,
            isTrial: options.print === true,
          },
          io,
        )
        const { path } = configPlace(configFlag(command), io.env)
        if (options.print === true) print(result, io)
        else await keep(result, one, path, io)
      } finally {
        steps.close()
      }
    })
}

function print({ host, device }: CalibrateResult, io: ProcessIo): void {
  if (device !== null) {
    io.stdout.write(`ina219 send zero=${device.offset} gain=${device.gain} save\n`)
  }
  if (device === null || !isSame(host, NOTHING)) {
    io.stdout.write(`--calibration ${calibrationSetting(host)}\n`)
  }
}

/** @param path of the configuration file */
async function keep(
  { host, device, hello }: CalibrateResult,
  one: OneDevice,
  path: string,
  io: ProcessIo,
): Promise<void> {
  if (device !== null) {
    io.stdout.write(`stored in the device: zero ${device.offset} A, gain ${device.gain}\n`)
  }
  if (isSame(host, one.plan.calibration ?? NOTHING)) return
  const { keepCalibration, placeOf } = await import('../keep-calibration.ts')
  const place = await placeOf(one, hello?.name ?? null)
  keepCalibration(path, place, host)
  const setting = calibrationSetting(host)
  io.stdout.write(`stored in ${path}, [device.${place.label}]: calibration = "${setting}"\n`)
}

function isSame(one: Calibration, other: Calibration): boolean {
  const isEqual = (key: keyof Calibration): boolean =>
    one[key].offset === other[key].offset && one[key].gain === other[key].gain
  return isEqual('current') && isEqual('voltage')
}

function averageTime(text: string): number {
  const ms = parseDuration(text)
  if (ms >= 1000 && ms <= 600_000) return ms
  throw new InaError('usage_invalid', `'${text}' is no time of 1s to 10m`, 'write --average 10s')
}

function spreadLimit(text: string): number {
  const read = readQuantity(text, ['A', 'V'])
  if (read !== null && read.value > 0 && read.value <= 1000) return read.value
  throw new InaError(
    'usage_invalid',
    `'${text}' is no current or voltage above 0, up to 1000`,
    'write --spread 5mA',
  )
}
