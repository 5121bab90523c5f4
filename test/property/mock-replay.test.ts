import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseColumns } from '../../mock/replay/column-spec.ts'
import { parseRecording, type Recording } from '../../mock/replay/recording.ts'
import { isInaError } from '../../src/util/errors.ts'

const two = (value: number): string => String(value).padStart(2, '0')
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** How a program may write a time, given as Unix ms; the words of `--columns` for it. */
interface TimeForm {
  readonly write: (ms: number) => string
  readonly spec: string
  /** Unix time, or a count from anywhere. */
  readonly isAbsolute: boolean
  /** In a table that has this separator the form has to be quoted. */
  readonly quotedAmong: string
}

function form(write: (date: Date) => string, more: Partial<TimeForm> = {}): TimeForm {
  const rest = { spec: 'time', isAbsolute: true, quotedAmong: '', ...more }
  return { ...rest, write: (ms) => write(new Date(ms)) }
}
const day = (date: Date): string => two(date.getUTCDate())
const month = (date: Date): string => MONTHS[date.getUTCMonth()] as string
const weekday = (date: Date): string => WEEKDAYS[date.getUTCDay()] as string
const year = (date: Date): number => date.getUTCFullYear()
const iso = (date: Date): string => date.toISOString().slice(0, 10)
const clock = (date: Date): string => date.toISOString().slice(11, 19)
const compact = (date: Date): string => date.toISOString().slice(0, 19).replace(/[-:T]/g, '')
const half = (date: Date): string => {
  const hour = date.getUTCHours()
  return `${hour % 12 || 12}${clock(date).slice(2)} ${hour < 12 ? 'AM' : 'PM'}`
}
const summer = (date: Date): Date => new Date(date.getTime() + 7200e3)

const FORMS: Readonly<Record<string, TimeForm>> = {
  ctime: form(
    (d) => `${weekday(d)} ${month(d)} ${day(d).replace(/^0/, ' ')} ${clock(d)} ${year(d)}`,
  ),
  'ctime, one blank': form(
    (d) => `${weekday(d)} ${month(d)} ${d.getUTCDate()} ${clock(d)} ${year(d)}`,
  ),
  date: form(
    (d) => `${weekday(d)} ${month(d)} ${day(d).replace(/^0/, ' ')} ${clock(d)} UTC ${year(d)}`,
  ),
  'day month year': form((d) => `${d.getUTCDate()} ${month(d)} ${year(d)} ${clock(d)}`),
  'month day year': form((d) => `${month(d)} ${d.getUTCDate()} ${year(d)} ${clock(d)}`),
  'month day, year': form((d) => `${month(d)} ${d.getUTCDate()}, ${year(d)} ${half(d)}`),
  'with dashes': form((d) => `${day(d)}-${month(d)}-${year(d)} ${clock(d)}`),
  'short year': form((d) => `${day(d)}-${month(d).toUpperCase()}-${two(year(d) % 100)} ${half(d)}`),
  'RFC 2822': form(
    (d) => `${weekday(d)}, ${d.getUTCDate()} ${month(d)} ${year(d)} ${clock(d)} +0000`,
  ),
  'RFC 2822 with a zone': form((utc) => {
    const d = summer(utc)
    return `${weekday(d)}, ${day(d)} ${month(d)} ${year(d)} ${clock(d)} +0200`
  }),
  HTTP: form((d) => d.toUTCString()),
  JavaScript: form((utc) => {
    const d = summer(utc)
    return `${weekday(d)} ${month(d)} ${day(d)} ${year(d)} ${clock(d)} GMT+0200 (Central European Summer Time)`
  }),
  ISO: form((d) => `${iso(d)}T${clock(d)}Z`),
  'ISO with a fraction': form((d) => d.toISOString()),
  'ISO with a zone': form((d) => `${iso(summer(d))}T${clock(summer(d))}+02:00`),
  git: form((d) => `${iso(summer(d))} ${clock(summer(d))} +0200`),
  'ISO with a blank': form((d) => `${iso(d)} ${clock(d)}`),
  'compact T': form((d) => `${compact(d).slice(0, 8)}T${compact(d).slice(8)}`),
  compact: form(compact),
  German: form((d) => `${d.getUTCDate()}.${d.getUTCMonth() + 1}.${year(d)} ${clock(d)}`),
  American: form((d) => `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${year(d)} ${half(d)}`, {
    spec: 'time:mdy',
  }),
  'American with a comma': form(
    (d) => `${d.getUTCMonth() + 1}/${d.getUTCDate()}/${year(d)}, ${half(d)}`,
    { spec: 'time:mdy', quotedAmong: ',' },
  ),
  British: form((d) => `${day(d)}/${two(d.getUTCMonth() + 1)}/${year(d)} ${clock(d)}`, {
    spec: 'time:dmy',
  }),
  'time of day': form(clock, { isAbsolute: false }),
  '12 hours': form(half, { isAbsolute: false }),
  'Unix time': form((d) => String(d.getTime() / 1000), { spec: 'time:s' }),
  'Unix time in ms': form((d) => String(d.getTime()), { spec: 'time:ms' }),
  millis: form((d) => String(d.getTime() % 1e12), { spec: 'time:ms', isAbsolute: false }),
}

interface Row {
  readonly ms: number
  /** V, mA, mW */
  readonly v: string
  readonly a: string
  readonly w: string
}

interface Plan {
  readonly form: string
  readonly separator: string
  /** What says which column is which. */
  readonly told: 'header' | 'units' | 'columns' | 'nothing'
  readonly unit: 'A' | 'mA'
  readonly hasPower: boolean
  readonly hasDecimalComma: boolean
  readonly rows: readonly Row[]
}

const plans: fc.Arbitrary<Plan> = fc
  .record({
    form: fc.constantFrom(...Object.keys(FORMS)),
    separator: fc.constantFrom(',', ';', '\t', '|', ' ', ', ', '  '),
    told: fc.constantFrom('header', 'units', 'columns', 'nothing'),
    unit: fc.constantFrom('A', 'mA'),
    hasPower: fc.boolean(),
    hasDecimalComma: fc.boolean(),
    start: fc.integer({ min: 1_000_000_000, max: 1_999_000_000 }),
    step: fc.constantFrom(1, 2, 6, 60, 600),
    values: fc.array(
      fc.record({
        mv: fc.integer({ min: 500, max: 26_000 }),
        ma: fc.integer({ min: -32_000, max: 32_000 }),
      }),
      { minLength: 8, maxLength: 60 },
    ),
  })
  .map(({ start, step, values, hasDecimalComma, ...plan }) => ({
    ...plan,
    hasDecimalComma: hasDecimalComma && !plan.separator.startsWith(','),
    rows: values.map(({ mv, ma }, i) => {
      const a = plan.unit === 'A' ? (ma / 10_000).toFixed(4) : (ma / 10).toFixed(1)
      const w = ((mv / 1000) * (ma / 10)).toFixed(2)
      return { ms: (start + i * step) * 1000, v: (mv / 1000).toFixed(3), a, w }
    }),
  }))

function written(plan: Plan): { lines: string[]; columns: string | null } {
  const { separator, told, unit, hasPower, rows } = plan
  const time = FORMS[plan.form] as TimeForm
  const suffix = (name: string): string => (told === 'units' ? name : '')
  const decimal = (text: string): string => (plan.hasDecimalComma ? text.replace('.', ',') : text)
  const lines = rows.map(({ ms, v, a, w }) => {
    const text = time.write(ms)
    const cells = [
      separator.trim() !== '' && time.quotedAmong === separator.trim() ? `"${text}"` : text,
      decimal(v) + suffix('V'),
      decimal(a) + suffix(unit),
      ...(hasPower ? [decimal(w) + suffix('mW')] : []),
    ]
    return cells.join(separator)
  })
  const spec = [time.spec, 'voltage:V', `current:${unit}`, ...(hasPower ? ['power:mW'] : [])]
  if (told === 'header') {
    const names = ['time', 'bus_V', `current_${unit}`, ...(hasPower ? ['power_mW'] : [])]
    lines.unshift(names.join(separator))
  }
  // Numbers of a year's month and day alone say nothing of their order, nor a count of its unit.
  const needsSpec = told === 'columns' || time.spec !== 'time'
  return { lines, columns: needsSpec ? (told === 'columns' ? spec.join(',') : time.spec) : null }
}

/** @returns null where it is refused */
function read(lines: readonly string[], columns: string | null): Recording | null {
  try {
    return parseRecording(
      `${lines.join('\n')}\n`,
      'test',
      columns === null ? [] : parseColumns(columns),
    )
  } catch (error) {
    if (isInaError(error) && error.code === 'input_invalid') {
      expect(error.message).toMatch(/row \d+|no row/)
      return null
    }
    throw error
  }
}

/** Samples as text with their time in ms, Unix or since the first of them. */
function played(recording: Recording, isAbsolute: boolean): string[] {
  return recording.samples.map(({ offsetUs, v, a, w }) => {
    const ms = (isAbsolute ? (recording.startUs ?? Number.NaN) + offsetUs : offsetUs) / 1000
    return `${ms} ${Number(v)} ${Number(a)} ${w === null ? w : Number(w)}`
  })
}

function expected(plan: Plan, kept: readonly Row[]): string[] {
  const isAbsolute = FORMS[plan.form]?.isAbsolute === true
  const first = isAbsolute ? 0 : (kept[0]?.ms ?? 0)
  return kept.map(({ ms, v, a, w }) => {
    const amps = plan.unit === 'A' ? Number(a) : Number(`${a}e-3`)
    return `${ms - first} ${Number(v)} ${amps} ${plan.hasPower ? Number(`${w}e-3`) : null}`
  })
}

describe('recordings that programs write', () => {
  it.each(Object.keys(FORMS))(
    '%s: played exactly, or refused where nothing says what is what',
    (name) => {
      const isAbsolute = FORMS[name]?.isAbsolute === true
      fc.assert(
        fc.property(plans, (any) => {
          const plan = { ...any, form: name }
          const { lines, columns } = written(plan)
          const recording = read(lines, columns)
          if (recording === null) {
            expect(plan.told, lines.slice(0, 3).join('\n')).toBe('nothing')
            return
          }
          expect(played(recording, isAbsolute)).toEqual(expected(plan, plan.rows))
          expect(recording.skipped).toBe(0)
        }),
        { numRuns: 60 },
      )
    },
  )
})

/** What happens to lines between a program and a file; each leaves a line that is no row. */
const DAMAGE: Readonly<Record<string, (line: string, separator: string, next: string) => string>> =
  {
    'the tail is lost': (line, separator) => line.slice(0, line.lastIndexOf(separator)),
    'the head is lost': (line, separator) =>
      line.slice(line.lastIndexOf(separator) + separator.length),
    'a wrong character in the last cell': (line) => `${line.slice(0, -1)}#${line.slice(-1)}`,
    'a separator is lost': (line, separator) => {
      const at = line.lastIndexOf(separator)
      return line.slice(0, at) + line.slice(at + separator.length)
    },
    'two lines run together': (line, _separator, next) => line + next,
    'another program prints': () => '[  12.345] usb 1-1: device not responding, error -71',
    binary: () => '\u0001\ufffd\u0000\ufffd~\u0003',
  }

describe('damaged recordings', () => {
  it('are played without the damaged rows, or refused', () => {
    let refused = 0
    let mended = 0
    const hit = fc.record({ at: fc.nat(), kind: fc.constantFrom(...Object.keys(DAMAGE)) })
    const damages = fc.oneof(
      fc.array(hit, { minLength: 1, maxLength: 3 }),
      fc.array(hit, { minLength: 8, maxLength: 30 }),
    )
    fc.assert(
      fc.property(plans, damages, (plan, hits) => {
        fc.pre(plan.told !== 'nothing')
        const { lines, columns } = written(plan)
        const heads = lines.length - plan.rows.length
        const kept = new Set(plan.rows)
        const mutated = [...lines]
        for (const { at, kind } of hits) {
          const row = at % plan.rows.length
          if (!kept.delete(plan.rows[row] as Row)) continue
          const line = lines[heads + row] as string
          const next = lines[heads + row + 1] ?? line
          mutated[heads + row] = DAMAGE[kind]?.(line, plan.separator, next) ?? ''
        }
        fc.pre(kept.size * 2 >= plan.rows.length)
        const recording = read(mutated, columns)
        if (recording === null) {
          refused++
          // What a few lines lack is passed over.
          const few = plan.rows.length - kept.size
          expect(few > 3 || few * 3 > plan.rows.length, mutated.join('\n')).toBe(true)
          return
        }
        mended++
        const isAbsolute = FORMS[plan.form]?.isAbsolute === true
        expect(played(recording, isAbsolute), mutated.join('\n')).toEqual(expected(plan, [...kept]))
        expect(recording.skipped).toBe(plan.rows.length - kept.size)
        // Three broken rows and a broken last one; in front of the first row may be anything.
        const begin = heads + plan.rows.findIndex((row) => kept.has(row))
        const before = new Set(mutated.slice(0, begin))
        const inside = mutated.slice(begin).filter((line) => !lines.includes(line))
        expect(inside.filter((line) => !before.has(line)).length).toBeLessThanOrEqual(4)
      }),
      { numRuns: 600 },
    )
    expect(refused).toBeGreaterThan(50)
    expect(mended).toBeGreaterThan(50)
  })
})

/** Values with their names, as lines of one record. */
const LABELLED: Readonly<Record<string, (row: Row, unit: string) => string[]>> = {
  'JSON lines': ({ ms, v, a }, unit) => [`{"v":${v},"${unit}":${a},"ts":${ms / 1000}}`],
  'plotter lines': ({ ms, v, a }, unit) => [`${new Date(ms).toISOString()} V=${v} ${unit}=${a}`],
  'lines with units': ({ ms, v, a }, unit) => [
    `[${new Date(ms).toISOString()}] Bus Voltage: ${v} V, Current: ${a} ${unit}`,
  ],
  blocks: ({ ms, v, a }, unit) => [
    `${clock(new Date(ms))}.000 -> Bus Voltage:   ${v} V`,
    `${clock(new Date(ms))}.010 -> Shunt Voltage: 0.10 mV`,
    `${clock(new Date(ms))}.020 -> Current:       ${a} ${unit}`,
    `${clock(new Date(ms))}.030 -> `,
  ],
}

describe('labelled recordings', () => {
  it.each(Object.keys(LABELLED))(
    '%s: damaged, played without the damaged rows, or refused',
    (name) => {
      const hits = fc.array(fc.record({ at: fc.nat(), line: fc.nat(), kind: fc.nat({ max: 3 }) }), {
        maxLength: 8,
      })
      fc.assert(
        fc.property(plans, hits, (plan, damages) => {
          // Times of day tell nothing of days.
          fc.pre(name !== 'blocks' || (plan.rows[1]?.ms ?? 0) - (plan.rows[0]?.ms ?? 0) < 600_000)
          const records = plan.rows.map((row) => LABELLED[name]?.(row, plan.unit) ?? [])
          const kept = new Set(plan.rows)
          for (const { at, line, kind } of damages) {
            const record = records[at % records.length] as string[]
            const i = line % record.length
            const text = record[i] as string
            // The first line of a block has its time, the last one is blank.
            if (record.length > 1 && ![0, 2].includes(i)) continue
            if (!kept.delete(plan.rows[at % records.length] as Row)) continue
            if (kind === 0) record[i] = `${text.slice(0, -4)}#${text.slice(-4)}`
            if (kind === 1) record[i] = text.slice(0, Math.floor(text.length / 3))
            if (kind === 2) record[i] = `\u0001\ufffd~ ${at}`
            if (kind === 3) record.splice(i, 1)
          }
          const recording = read(records.flat(), null)
          const few = plan.rows.length - kept.size
          if (recording === null) {
            expect(few > 3 || few * 3 > plan.rows.length, records.flat().join('\n')).toBe(true)
            return
          }
          const isAbsolute = name !== 'blocks'
          expect(played(recording, isAbsolute), records.flat().join('\n')).toEqual(
            expected({ ...plan, form: isAbsolute ? 'ISO' : 'time of day', hasPower: false }, [
              ...kept,
            ]),
          )
        }),
        { numRuns: 200 },
      )
    },
  )
})
