import { ELECTRIC } from '../../domain/channels.ts'
import { MOST_GROUPS, MOST_TAGS, type PlcPlan } from '../../sources/mc/poll-plan.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Mistakes } from './mistakes.ts'
import { type GroupEntry, groupPlan, type PlcEntry, type TagEntry } from './registration.ts'

interface Plc {
  readonly entry: PlcEntry
  readonly groups: GroupEntry[]
}

/** Puts together what files and tables say of PLCs, and checks what only all of it together can tell. */
export class PlcPlans {
  readonly #mistakes: Mistakes
  readonly #plcs = new Map<string, Plc>()
  /** Where each equipment code was first given. */
  readonly #codes = new Map<string, string>()
  #groups = 0
  /** A table of PLCs or groups could not be read, so that what is missing is no further mistake. */
  isPartial = false

  constructor(mistakes: Mistakes) {
    this.#mistakes = mistakes
  }

  get count(): number {
    return this.#plcs.size
  }

  add(entry: PlcEntry): void {
    const { label, code, fields } = entry
    const other = this.#plcs.get(label)
    if (other !== undefined) {
      const place = other.entry.fields.place
      fields.wrong('plc', `the PLC '${label}' is described already, in ${place}; leave one out`)
      return
    }
    this.#plcs.set(label, { entry, groups: [] })
    if (code === null) return
    const owner = this.#codes.get(code)
    if (owner === undefined) this.#codes.set(code, label)
    else fields.wrong('code', `the equipment code ${code} is that of '${owner}' already`)
  }

  addGroup(label: string, group: GroupEntry): void {
    const { fields, name, isEmpty } = group
    const plc = this.#plcs.get(label)
    if (plc === undefined) {
      if (this.isPartial) return
      const labels = [...this.#plcs.keys()]
      const hint = didYouMean(label, labels, `there are ${labels.join(', ') || 'none'}`)
      fields.wrong('plc', `there is no PLC '${label}'; ${hint}`)
      return
    }
    this.#groups++
    if (name !== null && plc.groups.some((each) => each.name === name)) {
      fields.wrong('name', `'${label}' has a group '${name}' already; name it otherwise`)
    }
    if (isEmpty) fields.wrong('tags', `the group '${name ?? ''}' has no tag`)
    plc.groups.push(group)
  }

  /** What was said without a mistake; what is wrong with all of it together is added to the mistakes. */
  finish(): PlcPlan[] {
    if (this.#groups > MOST_GROUPS) {
      const message = `${this.#groups} groups are more than the ${MOST_GROUPS} that run at once, over all PLCs; join some that have the same interval`
      this.#mistakes.add('--poll-source', message)
    }
    return [...this.#plcs.values()].flatMap(({ entry, groups }) => {
      const { label, fields, target, code, connections, line, process } = entry
      if (groups.length === 0 && !this.isPartial) {
        fields.wrong('group', `'${label}' has no group; add [[plc.${label}.group]]`)
      }
      this.#checkChannels(label, groups)
      const plans = groups.flatMap((each) => groupPlan(each) ?? [])
      return target === null
        ? []
        : [{ label, target, code, line, process, connections, groups: plans }]
    })
  }

  #checkChannels(label: string, groups: readonly GroupEntry[]): void {
    const owners = new Map<string, { readonly tag: TagEntry; readonly group: GroupEntry }>()
    for (const group of groups) {
      for (const tag of group.tags) {
        const { channel, fields } = tag
        const first = owners.get(channel)
        if (first === undefined) owners.set(channel, { tag, group })
        else {
          const where = first.tag.fields.place
          fields.wrong('channel', `'${label}' has a channel '${channel}' already, in ${where}`)
        }
      }
    }
    if (owners.size > MOST_TAGS) {
      const { place } = (groups[0] as GroupEntry).fields
      this.#mistakes.add(place, `'${label}' has ${owners.size} tags; at most ${MOST_TAGS} fit`)
    }
    const voltage = owners.get(ELECTRIC.voltage.id)
    const current = owners.get(ELECTRIC.current.id)
    if (voltage === undefined || current === undefined || voltage.group === current.group) return
    current.tag.fields.wrong(
      'channel',
      `'v' and 'a' of '${label}' are in different groups, and a sample has both; put them into one`,
    )
  }
}
