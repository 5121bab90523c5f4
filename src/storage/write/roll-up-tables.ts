import type Database from 'better-sqlite3'
import type { ChannelFigures, Figures, Spread } from '../../stats/figures.ts'
import { exactMicro } from '../../util/micro.ts'
import { ROLL_UP_COLUMNS, toForward } from '../file/roll-up-columns.ts'
import { toStored } from '../file/stored-value.ts'
import type { MinuteFigures, SecondFigures } from './minute-figures.ts'

type Cell = number | bigint | string | null

/**
 * Never replaced by a row of fewer samples: some of them have passed the retention since.
 *
 * @param count the column that says how many
 */
function upsert(table: string, values: string, count: string, columns: readonly string[]): string {
  const sets = columns.map((each) => `${each} = excluded.${each}`)
  return `INSERT INTO ${table} VALUES (${values}) ON CONFLICT DO UPDATE
    SET ${sets.join(', ')} WHERE excluded.${count} >= ${table}.${count}`
}

/** Writes the rows of minutes, seconds and channels. */
export class RollUpTables {
  readonly #minute: Database.Statement
  readonly #second: Database.Statement
  readonly #secondAny: Database.Statement
  readonly #channel: Database.Statement

  constructor(db: Database.Database) {
    const columns = ROLL_UP_COLUMNS
    const any = new Array(2 + columns.length).fill('?').join(', ')
    // better-sqlite3 binds every number as REAL; a typed column converts, an ANY column would keep it.
    const whole = new Array(9).fill('CAST(? AS INTEGER)').join(', ')
    this.#minute = db.prepare(upsert('minute', any, 'samples', columns))
    this.#secondAny = db.prepare(upsert('second', any, 'samples', columns))
    this.#second = db.prepare(
      upsert('second', `?, ?, ?, ?, ?, ${whole}, ?, ?, ?, ?, ?, ?, ?`, 'samples', columns),
    )
    this.#channel = db.prepare(
      upsert('channel_minute', '?, ?, ?, ?, ?, ?', 'measured', ['measured', 'min', 'sum', 'max']),
    )
  }

  /** Within a transaction. @param figures closed */
  put(deviceId: number, minute: number, figures: MinuteFigures): void {
    const { total } = figures
    if (total.samples === 0) return
    const empty = total.measured === 0
    const cells = ({ min, sumMicro, max }: Spread): Cell[] =>
      empty ? [null, null, null] : [min, sumMicro, max]
    this.#run(this.#minute, deviceId, minute, total, cells)
    for (const second of figures.seconds) this.#putSecond(deviceId, second)
    for (const [channelId, each] of figures.channels) this.#putChannel(channelId, minute, each)
  }

  #putSecond(deviceId: number, { second, figures }: SecondFigures): void {
    if (figures.measured === 0) {
      this.#run(this.#secondAny, deviceId, second, figures, () => [null, null, null])
    } else if (isWhole(figures)) {
      this.#run(this.#second, deviceId, second, figures, ({ min, sumMicro, max }) => [
        exactMicro(min),
        sumMicro,
        exactMicro(max),
      ])
    } else {
      this.#run(this.#secondAny, deviceId, second, figures, ({ min, sumMicro, max }) => [
        toStored(min),
        Number.isSafeInteger(sumMicro) ? BigInt(sumMicro) : sumMicro,
        toStored(max),
      ])
    }
  }

  #putChannel(channelId: number, minute: number, { measured, spread }: ChannelFigures): void {
    // Infinity less infinity: the values of a channel may be any.
    const sum = Number.isNaN(spread.sumMicro) ? Number.POSITIVE_INFINITY : spread.sumMicro
    this.#channel.run(channelId, minute, measured, spread.min, sum, spread.max)
  }

  #run(
    statement: Database.Statement,
    deviceId: number,
    time: number,
    figures: Figures,
    cells: (spread: Spread) => Cell[],
  ): void {
    statement.run(
      deviceId,
      time,
      figures.samples,
      figures.measured,
      figures.coveredUs,
      ...cells(figures.voltage),
      ...cells(figures.current),
      ...cells(figures.power),
      figures.chargePc,
      figures.energyPj,
      toForward(figures.chargeForwardPc, figures.chargePc),
      toForward(figures.energyForwardPj, figures.energyPj),
      figures.unmeasured,
      figures.countedUs || null,
      figures.bridgedUs || null,
    )
  }
}

/** All of it is exact in whole millionths. */
function isWhole({ voltage, current, power }: Figures): boolean {
  return [voltage, current, power].every(
    ({ min, sumMicro, max }) =>
      Number.isSafeInteger(sumMicro) && !Number.isNaN(exactMicro(min) + exactMicro(max)),
  )
}
