import type { CommittedSample } from '../../storage/read/commit-reader.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import { type Cells, type FleetQuery, textsOf, timesOf, us } from './fleet-query.ts'
import type { TableKey } from './tables.ts'

/** Rows of a page, of all devices. */
const PAGE_ROWS = 20_000
/** What lies before a span can tell about it: spacings, and a run that goes on through samples of channels alone (docs/log.md). */
const ROWS_BEFORE = 1100
const SPACINGS_BEFORE = 40

export interface FleetChannel {
  readonly device: string
  readonly id: string
  readonly unit: string
}

/** As in the log that it came from. */
export interface FleetSample extends Omit<CommittedSample, 'epochId' | 'late'> {
  readonly log: string
  readonly run: number
}

/** Unix µs, the end not in it. */
export interface FleetRange {
  readonly device: string
  readonly fromUs: number
  readonly toUs: number
}

/** Reads samples together with their channels, of some logs. */
export class FleetSamples {
  readonly #query: FleetQuery
  readonly #logs: readonly string[]

  constructor(query: FleetQuery, logs: readonly string[]) {
    this.#query = query
    this.#logs = logs
  }

  /**
   * Where the samples of some devices lie that tell all about a span: those in it, some before it and the next one
   * behind it, the whole minutes around, and the very first and last one of each device.
   *
   * @throws InaError log_unreadable
   */
  async ranges(
    devices: readonly string[],
    channels: readonly FleetChannel[],
    fromUs: number,
    toUs: number,
  ): Promise<FleetRange[]> {
    const own = channels.filter(({ device }) => devices.includes(device))
    const looks = await this.#looks(devices, own, fromUs, toUs)
    const minuteUs = (Math.floor(fromUs / US_PER_MINUTE) - 1) * US_PER_MINUTE
    return devices.flatMap((device) => {
      const ofDevice = looks.filter((each) => each.device === device)
      const firstUs = Math.min(...known(ofDevice.map((each) => each.firstUs)))
      const lastUs = Math.max(...known(ofDevice.map((each) => each.lastUs)))
      if (lastUs < firstUs) return []
      // Any 1100 rows, and enough spacings of voltage and current.
      const rowsUs = Math.max(...ofDevice.map(({ beforeUs }) => beforeUs ?? firstUs))
      const spacingsUs = ofDevice.find(({ isChannel }) => !isChannel)?.spacingsUs ?? firstUs
      const lowUs = Math.max(firstUs, Math.min(minuteUs, rowsUs, spacingsUs))
      const behindUs = Math.min(lastUs, ...known(ofDevice.map((each) => each.behindUs)))
      const upUs = Math.min(lastUs + 1, Math.max(toUs + 2 * US_PER_MINUTE, behindUs + 1))
      return [
        ...(lowUs > firstUs ? [{ device, fromUs: firstUs, toUs: firstUs + 1 }] : []),
        ...(upUs > lowUs ? [{ device, fromUs: lowUs, toUs: upUs }] : []),
        ...(upUs <= lastUs ? [{ device, fromUs: Math.max(lastUs, lowUs), toUs: lastUs + 1 }] : []),
      ]
    })
  }

  /** One question for all devices, which is answered by the keys. */
  async #looks(
    devices: readonly string[],
    channels: readonly FleetChannel[],
    fromUs: number,
    toUs: number,
  ): Promise<Look[]> {
    const look = (key: 'sample' | 'channel'): string => {
      const of = key === 'sample' ? '' : 'AND p.channel = d.channel'
      const one = (where: string, order: string): string =>
        `(SELECT ${us('time')} FROM ${this.#query.table(key)} p WHERE p.device = d.device ${of}
          AND p.log = ANY ($4::uuid[]) ${where} ORDER BY time ${order})`
      const before = 'AND time < ($5::timestamptz[])[1]'
      return `SELECT d.device, ${key === 'channel'}, ${one('', 'LIMIT 1')}, ${one('', 'DESC LIMIT 1')},
        ${one(before, `DESC LIMIT 1 OFFSET ${ROWS_BEFORE}`)}, ${one(before, `DESC LIMIT 1 OFFSET ${SPACINGS_BEFORE}`)},
        ${one('AND time >= ($5::timestamptz[])[2]', 'LIMIT 1')}`
    }
    const rows = await this.#query.rows(
      `${look('sample')} FROM unnest($1::text[]) d(device)
       UNION ALL ${look('channel')} FROM unnest($2::text[], $3::text[]) d(device, channel)`,
      [
        textsOf(devices),
        textsOf(channels.map(({ device }) => device)),
        textsOf(channels.map(({ id }) => id)),
        this.#logs,
        timesOf([fromUs, toUs]),
      ],
    )
    const number = (cell: string | null | undefined): number | null =>
      cell == null ? null : Number(cell)
    return rows.map(([device, isChannel, first, last, before, spacings, behind]) => ({
      device: device as string,
      isChannel: isChannel === 't',
      firstUs: number(first),
      lastUs: number(last),
      beforeUs: number(before),
      spacingsUs: number(spacings),
      behindUs: number(behind),
    }))
  }

  /** Pages of samples, of all devices in order of time. @throws InaError log_unreadable */
  async *pages(
    ranges: readonly FleetRange[],
    channels: readonly FleetChannel[],
  ): AsyncGenerator<FleetSample[]> {
    let fromUs = Math.min(...ranges.map((each) => each.fromUs))
    const endUs = Math.max(...ranges.map((each) => each.toUs))
    const offset = Math.max(1, Math.floor(PAGE_ROWS / (ranges.length + channels.length)))
    const ofChannels = ranges.flatMap((range) =>
      channels.filter(({ device }) => device === range.device).map(({ id }) => ({ ...range, id })),
    )
    while (fromUs < endUs) {
      const within: Span = { fromUs, toUs: endUs }
      const ends = [
        await this.#end('sample', ranges, null, within, offset),
        await this.#end(
          'channel',
          ofChannels,
          ofChannels.map(({ id }) => id),
          within,
          offset,
        ),
      ]
      const toUs = Math.min(endUs, ...ends.filter((each) => each !== null))
      yield await this.#page(ranges, ofChannels, { fromUs, toUs })
      fromUs = toUs
    }
  }

  /** Where a page has to end, so that no range has more than `offset` rows in it; null: nowhere. */
  async #end(
    key: 'sample' | 'channel',
    ranges: readonly FleetRange[],
    ids: readonly string[] | null,
    { fromUs, toUs }: Span,
    offset: number,
  ): Promise<number | null> {
    const rows = await this.#query.rows(
      `SELECT ${us('min(s.time)')} FROM ${RANGES} CROSS JOIN LATERAL (
         SELECT time FROM ${this.#query.table(key)} p WHERE p.device = d.device ${ids === null ? '' : 'AND p.channel = d.channel'}
           AND p.time >= greatest(d.low, ($5::timestamptz[])[1]) AND p.time < least(d.up, ($5::timestamptz[])[2])
         ORDER BY p.time LIMIT 1 OFFSET ${offset}) s`,
      [...rangeArrays(ranges, ids), timesOf([fromUs, toUs])],
    )
    return rows[0]?.[0] == null ? null : Number(rows[0][0])
  }

  async #page(
    ranges: readonly FleetRange[],
    ofChannels: readonly (FleetRange & { readonly id: string })[],
    { fromUs, toUs }: Span,
  ): Promise<FleetSample[]> {
    const from = (key: TableKey, more: string): string =>
      `FROM ${RANGES} CROSS JOIN LATERAL (
         SELECT * FROM ${this.#query.table(key)} p WHERE p.device = d.device ${more} AND p.log = ANY ($6::uuid[])
           AND p.time >= greatest(d.low, ($5::timestamptz[])[1]) AND p.time < least(d.up, ($5::timestamptz[])[2])) s`
    const common = `${us('s.time')}, s.log, s.run, s.device, s.boot, s.seq, s.status`
    const span = [timesOf([fromUs, toUs]), this.#logs]
    const measured = await this.#query.rows(
      `SELECT ${common}, s.voltage_v, s.current_a, s.power_w ${from('sample', '')}`,
      [...rangeArrays(ranges, null), ...span],
    )
    const samples = new Map<string, Draft>()
    for (const row of measured) samples.set(`${row[0]} ${row[1]}`, sampleOf(row))
    if (ofChannels.length > 0) {
      const ids = ofChannels.map(({ id }) => id)
      const values = await this.#query.rows(
        `SELECT ${common}, s.channel, s.value ${from('channel', 'AND p.channel = d.channel')} ORDER BY s.time, s.log, s.place`,
        [...rangeArrays(ofChannels, ids), ...span],
      )
      for (const row of values) {
        const key = `${row[0]} ${row[1]}`
        let sample = samples.get(key)
        if (sample === undefined) {
          sample = sampleOf([...row.slice(0, 7), null, null, null])
          samples.set(key, sample)
        }
        sample.extras ??= {}
        sample.extras[row[7] as string] = Number(row[8])
      }
    }
    return [...samples.values()].sort(
      (a, b) => a.timeUs - b.timeUs || (a.log < b.log ? -1 : Number(a.log > b.log)),
    )
  }
}

/** Where rows of a device, or of one of its channels, are; Unix µs, null: nowhere. */
interface Look {
  readonly device: string
  readonly isChannel: boolean
  readonly firstUs: number | null
  readonly lastUs: number | null
  /** So many rows before the span. */
  readonly beforeUs: number | null
  readonly spacingsUs: number | null
  /** The next one behind it. */
  readonly behindUs: number | null
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((each) => each !== null)
}

interface Span {
  readonly fromUs: number
  readonly toUs: number
}

/** Parameters 1 to 4. */
const RANGES =
  'unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[]) AS d(device, low, up, channel)'

function rangeArrays(ranges: readonly FleetRange[], ids: readonly string[] | null): Buffer[] {
  return [
    textsOf(ranges.map(({ device }) => device)),
    timesOf(ranges.map(({ fromUs }) => fromUs)),
    timesOf(ranges.map(({ toUs }) => toUs)),
    textsOf(ids ?? ranges.map(() => '')),
  ]
}

type Draft = { -readonly [Key in keyof FleetSample]: FleetSample[Key] } & {
  extras: Record<string, number> | null
}

function sampleOf([timeUs, log, run, device, boot, seq, status, v, a, w]: Cells): Draft {
  const electric = v != null
  return {
    timeUs: Number(timeUs),
    log: log as string,
    run: Number(run),
    device: device as string,
    boot: boot == null ? null : Number(boot),
    seq: seq == null ? null : Number(seq),
    status: status as string,
    electric,
    voltage: electric ? Number(v) : Number.NaN,
    current: electric ? Number(a) : Number.NaN,
    power: electric ? Number(w) : Number.NaN,
    extras: null,
  }
}
