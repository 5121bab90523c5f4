import { dirname, isAbsolute, join } from 'node:path'
import { KeyLines } from '../../config/key-lines.ts'
import { parseToml, readTomlText, type Table } from '../../config/toml-text.ts'
import type { PlcPlan } from '../../sources/mc/poll-plan.ts'
import { isRecord } from '../../util/records.ts'
import { type CsvRow, readCsvRows, rowAt } from './csv-rows.ts'
import { Fields } from './fields.ts'
import { Mistakes } from './mistakes.ts'
import { PlcPlans } from './plc-plans.ts'
import {
  GROUP_FIELDS,
  type GroupEntry,
  PLC_FIELDS,
  readGroup,
  readPlc,
  readTag,
  TAG_FIELDS,
  type TagEntry,
} from './registration.ts'

const WORDS = {
  what: 'file of --poll-source',
  toName: 'name a file of TOML',
  toCorrect: 'correct that line',
}
const PLC_COLUMNS = ['plc', ...PLC_FIELDS]
const GROUP_COLUMNS = ['plc', 'group', ...GROUP_FIELDS]

/**
 * Reads the PLCs that files describe (contract, section 8; docs/plc.md), and checks all of it.
 *
 * @throws InaError config_invalid, which names everything that is wrong
 */
export function readPollFiles(paths: readonly string[]): PlcPlan[] {
  const mistakes = new Mistakes()
  const plans = new PlcPlans(mistakes)
  for (const path of paths) new PollFile(path, mistakes, plans).read()
  const made = plans.finish()
  mistakes.throwIfAny()
  return made
}

/** One file of TOML, with the tables that it names. */
class PollFile {
  readonly #path: string
  readonly #mistakes: Mistakes
  readonly #plans: PlcPlans
  readonly #table: Table
  readonly #lines: KeyLines

  /** @throws InaError config_invalid: it can't be read */
  constructor(path: string, mistakes: Mistakes, plans: PlcPlans) {
    const text = readTomlText(WORDS, path, true) ?? ''
    this.#path = path
    this.#mistakes = mistakes
    this.#plans = plans
    this.#table = parseToml(WORDS, path, text)
    this.#lines = new KeyLines(text)
  }

  read(): void {
    const before = this.#plans.count
    const top = this.#fields(this.#table)
    top.allow(['plc', 'plcs', 'groups'])
    this.#readPlcRows(top)
    const plcs = this.#table['plc'] ?? {}
    if (!isRecord(plcs)) top.wrong('plc', 'the tables of PLCs are named after them: [plc.press1]')
    for (const [label, table] of Object.entries(isRecord(plcs) ? plcs : {})) {
      if (isRecord(table)) this.#readPlc(label, table)
      else top.wrong('plc', `'${label}' is no table; write [plc.${label}]`)
    }
    this.#readGroupRows(top)
    if (this.#plans.count === before && !this.#plans.isPartial) {
      this.#mistakes.add(this.#path, 'it describes no PLC; begin with [plc.press1]')
    }
  }

  #readPlc(label: string, table: Table): void {
    const path = ['plc', label]
    const fields = this.#fields(table, ...path)
    fields.allow([...PLC_FIELDS, 'group'])
    this.#plans.add(readPlc(label, fields))
    const groups = table['group'] ?? []
    if (!Array.isArray(groups) || !groups.every(isRecord)) {
      fields.wrong('group', `groups are tables of a list; write [[plc.${label}.group]]`)
      return
    }
    for (const [index, group] of groups.entries()) {
      this.#plans.addGroup(label, this.#readGroup(group, [...path, 'group', String(index)]))
    }
  }

  #readGroup(table: Table, path: readonly string[]): GroupEntry {
    const fields = this.#fields(table, ...path)
    fields.allow(['name', 'tags', ...GROUP_FIELDS])
    const list = table['tags'] ?? []
    const isList = Array.isArray(list) && list.every(isRecord)
    if (!isList) fields.wrong('tags', "'tags' must be a list of tables")
    const tags = (isList ? list : []).map((tag, index) => {
      const own = this.#fields(tag, ...path, 'tags', String(index))
      own.allow(TAG_FIELDS)
      return readTag(own)
    })
    return readGroup(fields, 'name', [...tags, ...this.#tagRows(fields)])
  }

  #readPlcRows(top: Fields): void {
    const rows = this.#rows(top, 'plcs', PLC_COLUMNS, ['plc', 'url'])
    if (rows === null) this.#plans.isPartial = true
    for (const fields of rows ?? []) {
      const label = fields.needed('plc', 'press1')
      if (label !== null) this.#plans.add(readPlc(label, fields))
    }
  }

  #readGroupRows(top: Fields): void {
    const rows = this.#rows(top, 'groups', GROUP_COLUMNS, ['plc', 'group', 'csv'])
    if (rows === null) this.#plans.isPartial = true
    for (const fields of rows ?? []) {
      const label = fields.needed('plc', 'press1')
      fields.needed('csv', 'tags.csv')
      const group = readGroup(fields, 'group', this.#tagRows(fields))
      if (label !== null) this.#plans.addGroup(label, group)
    }
  }

  #tagRows(group: Fields): (TagEntry | null)[] {
    const rows = this.#rows(group, 'csv', TAG_FIELDS, ['channel', 'address'])
    return rows === null ? [null] : rows.map(readTag)
  }

  /** The rows of the table that a member names, where it does; null: it can't be read, which has been said. */
  #rows(
    fields: Fields,
    member: string,
    columns: readonly string[],
    required: readonly string[],
  ): Fields[] | null {
    const named = fields.text(member)
    if (named === null) return []
    const path = isAbsolute(named) ? named : join(dirname(this.#path), named)
    const words = { ...WORDS, what: 'table', toName: 'name a file of CSV', placeAt: rowAt }
    const text = fields.read(member, () => readTomlText(words, path, true))
    if (text === null) return null
    const rows = readCsvRows(text, path, columns, required, this.#mistakes)
    if (rows === null) return null
    return rows.map(({ row, cells }: CsvRow) => {
      return new Fields(cells, `${path}, row ${row}`, this.#mistakes)
    })
  }

  #fields(table: Table, ...path: readonly string[]): Fields {
    const placeOf = (...names: readonly string[]): string => {
      const line = this.#lines.lineOf(...path, ...names)
      return line === null ? this.#path : `${this.#path}, line ${line}`
    }
    return new Fields(table, placeOf(), this.#mistakes, (name) => placeOf(name))
  }
}
