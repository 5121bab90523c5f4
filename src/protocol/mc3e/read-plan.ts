import type { PlcDevice } from './devices.ts'
import type { McCode, Point } from './fields.ts'
import { type McRequest, MOST_BITS, MOST_RANDOM, MOST_WORDS } from './request.ts'
import { type PlcTag, tagValue, wordsOf } from './tag.ts'

/** Tags of one request, at most, where nobody says another number. */
const USUAL_TAGS = 50
/**
 * Words between two tags that are read along: 128 characters in ASCII code, which is what a request of its own costs beside its
 * turn at the end of the PLC's cycle.
 */
const GAP_WORDS = 32
const GAP_BITS = 16 * GAP_WORDS
/** Runs of up to so many words go together into random reads, where there are several. */
const SHORT_WORDS = 8
const BITS_OF_WORD = 16

/** One request, and where in its answer each of its tags is. */
export interface PlannedRead {
  readonly request: McRequest
  readonly places: readonly TagPlace[]
}

interface TagPlace {
  /** Of the tags of the plan. */
  readonly index: number
  /** Its words, or its bit, among the cells of the answer. */
  readonly cells: readonly number[]
  /** In its word, 0 to 15. */
  readonly bit: number
}

export interface PlanLimits {
  /** 1 to 960; default 50. */
  readonly tags?: number
  /** False: the PLC does not know random reads; default true. */
  readonly hasRandom?: boolean
}

/** What is to be read of a tag, in words, or in bits where words don't reach. */
interface Span {
  readonly index: number
  readonly tag: PlcTag
  /** Inclusive and exclusive; of a bit device in units of 16 points, where it is read in words. */
  readonly start: number
  readonly end: number
  readonly bit: number
}

/** Neighbours that are read together. */
interface Run {
  readonly spans: Span[]
  readonly start: number
  end: number
}

/**
 * Which requests read these tags: neighbours are joined, and what lies scattered goes into random reads. All words of a tag are in
 * one request, so that none is put together of two moments.
 */
export function planReads(
  tags: readonly PlcTag[],
  code: McCode,
  { tags: mostTags = USUAL_TAGS, hasRandom = true }: PlanLimits = {},
): PlannedRead[] {
  const spans = new Map<string, Span[]>()
  tags.forEach((tag, index) => {
    const { name } = tag.address.device
    spans.set(name, [...(spans.get(name) ?? []), spanOf(tag, index)])
  })
  const runs = [...spans.values()].flatMap((all) => runsOf(all, code, mostTags))
  const short = hasRandom ? runs.filter(isShort) : []
  const random = short.length < 2 ? [] : randomReads(short, mostTags)
  const taken = new Set(random.flatMap(({ runs: together }) => together))
  return [
    ...runs.filter((run) => !taken.has(run)).map(batchRead),
    ...random.map(({ read }) => read),
  ]
}

/** Values of the tags of one read, by their index. @param cells of its answer */
export function valuesOf(
  tags: readonly PlcTag[],
  read: PlannedRead,
  cells: readonly number[],
): (readonly [index: number, value: number | string | null])[] {
  return read.places.map(({ index, cells: at, bit }) => {
    const words = at.map((cell) => cells[cell] as number)
    return [index, tagValue(tags[index] as PlcTag, words, bit)]
  })
}

function spanOf(tag: PlcTag, index: number): Span {
  const { device, number, bit } = tag.address
  if (!device.inWords) return { index, tag, start: number, end: number + 1, bit: 0 }
  if (device.unit === 'word') {
    return { index, tag, start: number, end: number + wordsOf(tag), bit: bit ?? 0 }
  }
  // The points of a device are a multiple of 16, so that the word around a bit is always there.
  const start = Math.floor(number / BITS_OF_WORD)
  return { index, tag, start, end: start + wordsOf(tag), bit: number % BITS_OF_WORD }
}

/** @param spans of one device */
function runsOf(spans: readonly Span[], code: McCode, mostTags: number): Run[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || a.end - b.end)
  const inWords = sorted[0]?.tag.address.device.inWords === true
  const [gap, most] = inWords ? [GAP_WORDS, MOST_WORDS] : [GAP_BITS, MOST_BITS[code]]
  const runs: Run[] = []
  for (const span of sorted) {
    const run = runs.at(-1)
    const fits =
      run !== undefined &&
      run.spans.length < mostTags &&
      span.start - run.end <= gap &&
      Math.max(run.end, span.end) - run.start <= most
    if (fits) {
      run.spans.push(span)
      run.end = Math.max(run.end, span.end)
    } else runs.push({ spans: [span], start: span.start, end: span.end })
  }
  return runs
}

function isShort(run: Run): boolean {
  return deviceOfRun(run).inWords && run.end - run.start <= SHORT_WORDS
}

function batchRead(run: Run): PlannedRead {
  const device = deviceOfRun(run)
  const kind = device.inWords ? 'words' : 'bits'
  const request = { kind, from: pointAt(run, run.start), points: run.end - run.start } as const
  return { request, places: run.spans.map((span) => placeOf(span, (at) => at - run.start)) }
}

/** Runs that are one random read each time; a run without company is left out. */
function randomReads(
  runs: readonly Run[],
  mostTags: number,
): { readonly runs: readonly Run[]; readonly read: PlannedRead }[] {
  const groups: Run[][] = []
  let [tags, points] = [0, 0]
  for (const run of runs) {
    const more = Math.ceil((run.end - run.start) / 2)
    const fits = tags + run.spans.length <= mostTags && points + more <= MOST_RANDOM
    if (groups.length === 0 || !fits) {
      groups.push([])
      tags = points = 0
    }
    groups.at(-1)?.push(run)
    tags += run.spans.length
    points += more
  }
  return groups
    .filter((group) => group.length > 1)
    .map((group) => ({ runs: group, read: randomRead(group) }))
}

function randomRead(runs: readonly Run[]): PlannedRead {
  const words: Point[] = []
  const doubles: Point[] = []
  const inWord = new Map<string, number>()
  const inDouble = new Map<string, number>()
  for (const run of runs) {
    for (let at = run.start; at < run.end; at += 2) {
      if (at + 1 < run.end) {
        inDouble.set(keyOf(run, at), 2 * doubles.length)
        inDouble.set(keyOf(run, at + 1), 2 * doubles.length + 1)
        doubles.push(pointAt(run, at))
      } else {
        inWord.set(keyOf(run, at), words.length)
        words.push(pointAt(run, at))
      }
    }
  }
  const places = runs.flatMap((run) =>
    run.spans.map((span) =>
      placeOf(span, (at) => {
        const key = keyOf(run, at)
        return inWord.get(key) ?? words.length + (inDouble.get(key) as number)
      }),
    ),
  )
  return { request: { kind: 'random', words, doubles }, places }
}

function placeOf(span: Span, cellAt: (at: number) => number): TagPlace {
  const cells: number[] = []
  for (let at = span.start; at < span.end; at++) cells.push(cellAt(at))
  return { index: span.index, cells, bit: span.bit }
}

function deviceOfRun({ spans }: Run): PlcDevice {
  return (spans[0] as Span).tag.address.device
}

function pointAt(run: Run, at: number): Point {
  const device = deviceOfRun(run)
  const isBitsAsWords = device.unit === 'bit' && device.inWords
  return { device, number: isBitsAsWords ? at * BITS_OF_WORD : at }
}

/** Runs of one device may overlap: each has its own words. */
function keyOf(run: Run, at: number): string {
  return `${deviceOfRun(run).name}${run.start}+${at}`
}
