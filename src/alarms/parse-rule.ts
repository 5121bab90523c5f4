import { cleanText } from '../domain/sample.ts'
import { didYouMean } from '../util/nearest.ts'
import { parseMeasure } from './parse-measure.ts'
import { parseSpan, parseValue, valueKindOf } from './parse-value.ts'
import {
  ANY_ANOMALY,
  type Comparison,
  type Condition,
  type Expression,
  leavesOf,
  type Measure,
  type Rule,
} from './rule.ts'
import { CLOSE, OPEN, RULE_HINT, RuleText } from './rule-text.ts'

/** Longest name of a rule, and longest rule, in characters. */
const MAX_NAME = 64
const MAX_RULE = 1000

const WORD = /[\p{L}_]+/uy
const OPERATOR = /[<>=!]+/uy
const DOTS = /\.\./uy
const NAME = /[^\s"'()]+/uy

export interface RuleContext {
  /** Unit of an extra channel; null: nobody said. */
  readonly channelUnit: (id: string) => string | null
  /** As errors call where the rule comes from. */
  readonly option: string
}

const ANY_CHANNEL: RuleContext = { channelUnit: () => null, option: '--alarm' }

/**
 * Reads a rule (contract, section 5; docs/alarms.md has the grammar).
 *
 * @param text all of the option's text, as errors quote it
 * @param at where the rule begins in it, behind the label of a device
 * @throws InaError usage_invalid, which names the character
 */
export function parseRule(text: string, at = 0, context: RuleContext = ANY_CHANNEL): Rule {
  return new RuleReader(new RuleText(text, at, context.option), text.length - at, context).rule()
}

class RuleReader {
  readonly #text: RuleText
  readonly #context: RuleContext
  /** Parentheses that are open. */
  #depth = 0
  /** `for` at the end of the rule, µs; null: none. */
  #ruleForUs: number | null = null
  #ruleForAt = 0

  constructor(text: RuleText, length: number, context: RuleContext) {
    this.#text = text
    this.#context = context
    if (length > MAX_RULE) {
      throw text.wrong(`a rule has at most ${MAX_RULE} characters`, 'write several rules')
    }
  }

  rule(): Rule {
    const text = this.#text
    const from = text.at
    if (text.isAtEnd) throw text.wrong('the rule is empty', RULE_HINT)
    const read = this.#either()
    const when =
      this.#ruleForUs === null ? read : this.#withFor(read, this.#ruleForUs, this.#ruleForAt)
    let written = text.since(from)
    let name: string | null = null
    let latch = false
    while (!text.isAtEnd) {
      const at = text.at
      const word = text.take(WORD)
      if (word === 'latch' && !latch) {
        latch = true
        written += ' latch'
      } else if (word === 'as' && name === null) name = this.#name()
      else throw this.#unexpected(word, at)
    }
    const shown = cleanText(written)
    return { name: name ?? shown, text: shown, when, latch }
  }

  #either(): Expression {
    return this.#joined('or', () => this.#joined('and', () => this.#primary()))
  }

  #joined(kind: 'and' | 'or', part: () => Expression): Expression {
    const parts = [part()]
    while (this.#text.peek(WORD) === kind) {
      this.#text.take(WORD)
      parts.push(part())
    }
    const [only] = parts
    if (parts.length === 1 && only !== undefined) return only
    const flat = parts.flatMap((each) =>
      each.kind === kind && each.forUs === null ? each.parts : [each],
    )
    return { kind, parts: flat, forUs: null }
  }

  /** One condition, or what stands in parentheses, with its `for`. */
  #primary(): Expression {
    const text = this.#text
    if (text.take(OPEN) === null) return this.#tail(this.#condition())
    this.#depth++
    if (this.#depth > 20) throw text.wrong('too many parentheses', 'leave some out')
    const inner = this.#either()
    if (text.take(CLOSE) === null) {
      throw this.#unexpected(text.peek(WORD), text.at, "')' is missing")
    }
    this.#depth--
    return this.#tail(inner)
  }

  /** `for` and `hysteresis`, in either order. */
  #tail(read: Expression): Expression {
    const text = this.#text
    let result = read
    let forUs: number | null = null
    let forAt = 0
    for (;;) {
      const at = text.at
      const word = text.peek(WORD)
      if (word !== 'hysteresis' && word !== 'for') break
      text.take(WORD)
      if (word === 'hysteresis') result = this.#withHysteresis(result, at)
      else if (result.kind === 'silent') result = this.#silentFor(result, parseSpan(text), at)
      else {
        if (forUs !== null) throw text.wrong("'for' stands twice", RULE_HINT, at)
        forUs = parseSpan(text)
        forAt = at
      }
    }
    if (forUs === null) return result
    const word = text.peek(WORD)
    if (this.#depth > 0 || word === 'and' || word === 'or') {
      return this.#withFor(result, forUs, forAt)
    }
    this.#ruleForUs = forUs
    this.#ruleForAt = forAt
    return result
  }

  #silentFor(
    read: { readonly kind: 'silent'; readonly afterUs: number | null },
    forUs: number,
    at: number,
  ): Expression {
    if (read.afterUs !== null)
      throw this.#text.wrong('silent has a duration already', RULE_HINT, at)
    return { kind: 'silent', afterUs: forUs }
  }

  #withFor(read: Expression, forUs: number, at: number): Expression {
    if (leavesOf(read).some(({ kind }) => kind === 'silent')) {
      const hint = "write 'silent for 10s' for the silence itself, with nothing behind it"
      throw this.#text.wrong("no 'for' can hold for a group with 'silent' in it", hint, at)
    }
    if (read.kind === 'silent') return read
    if (read.forUs !== null) throw this.#text.wrong("'for' stands twice", RULE_HINT, at)
    return { ...read, forUs }
  }

  #withHysteresis(read: Expression, at: number): Expression {
    const text = this.#text
    if (read.kind !== 'condition' || read.comparison === ANY_ANOMALY) {
      const hint = 'write it behind the value of a condition, such as a > 1A hysteresis 50mA'
      throw text.wrong('hysteresis belongs to a condition with a value', hint, at)
    }
    if (read.hysteresis !== 0) throw text.wrong("'hysteresis' stands twice", RULE_HINT, at)
    const valueAt = text.at
    const { value } = parseValue(text, valueKindOf(read.measure, this.#context.channelUnit))
    const { comparison } = read
    if (value <= 0) {
      const hint = 'it says how far the value has to come back, such as hysteresis 50mA'
      throw text.wrong('a hysteresis is above 0', hint, valueAt)
    }
    if (comparison.op === 'outside' && 2 * value >= comparison.high - comparison.low) {
      throw text.wrong('that hysteresis leaves nothing of the range', 'use a smaller one', valueAt)
    }
    return { ...read, hysteresis: value }
  }

  #condition(): Expression {
    const text = this.#text
    const at = text.at
    const measure = parseMeasure(text, this.#context.channelUnit)
    if (measure === 'silent') return this.#silence()
    if (measure.kind === 'anomaly' && text.peek(OPERATOR) === null) {
      if (text.peek(WORD) !== 'outside') return condition(measure, ANY_ANOMALY)
    }
    const comparison = this.#comparison(measure)
    if ((measure.kind === 'lost' || measure.kind === 'out_of_range') && isNever(comparison)) {
      throw text.wrong('a count is never below 0: this is never true', 'use > 0 or more', at)
    }
    return condition(measure, comparison)
  }

  /** `silent > 10s` is another way to write `silent for 10s`. */
  #silence(): Expression {
    const text = this.#text
    const at = text.at
    const op = text.take(OPERATOR)
    if (op === null) return { kind: 'silent', afterUs: null }
    if (op !== '>' && op !== '>=') {
      throw text.wrong(`silent has no '${op}'`, 'write silent, silent for 10s, or silent > 10s', at)
    }
    return { kind: 'silent', afterUs: parseSpan(text) }
  }

  #comparison(measure: Measure): Comparison {
    const text = this.#text
    const at = text.at
    const kind = valueKindOf(measure, this.#context.channelUnit)
    if (text.peek(WORD) === 'outside') {
      text.take(WORD)
      const lowAt = text.at
      const low = parseValue(text, kind)
      if (text.take(DOTS) === null) {
        throw text.wrong("a range has '..' between its ends", 'write outside 4.75..5.25')
      }
      const high = parseValue(text, kind)
      const lowest = low.inUnitOf(high).value
      const highest = high.inUnitOf(low).value
      if (!(lowest < highest)) {
        throw text.wrong('the ends of the range are the wrong way round', 'lowest first', lowAt)
      }
      return { op: 'outside', low: lowest, high: highest }
    }
    const op = text.take(OPERATOR)
    if (op === '>' || op === '>=' || op === '<' || op === '<=') {
      return { op, limit: parseValue(text, kind).value }
    }
    const hint = 'the comparisons are >, >=, <, <= and outside lo..hi'
    if (op === null) throw text.wrong('a comparison is missing', hint)
    throw text.wrong(`'${op}' is no comparison`, hint, at)
  }

  #name(): string {
    const text = this.#text
    const at = text.at
    const quoted = text.takeQuoted()
    const name = quoted === null ? text.take(NAME) : quoted.slice(1, -1)
    if (name === null || name.trim() === '') {
      throw text.wrong("the name behind 'as' is missing", 'write one, such as as overload', at)
    }
    if (name.length > MAX_NAME) {
      throw text.wrong(`a name has at most ${MAX_NAME} characters`, 'use a shorter one', at)
    }
    return cleanText(name.trim())
  }

  #unexpected(word: string | null, at: number, why?: string): Error {
    const words = ['and', 'or', 'for', 'hysteresis', 'latch', 'as']
    const said =
      why ?? (word === 'latch' || word === 'as' ? `'${word}' stands twice` : 'this can not follow')
    const otherwise =
      word === 'for' || word === 'hysteresis' ? `write it before 'latch' and 'as'` : RULE_HINT
    const isKnown = word === null || words.includes(word)
    return this.#text.wrong(said, isKnown ? otherwise : didYouMean(word, words, RULE_HINT), at)
  }
}

function condition(measure: Measure, comparison: Comparison): Condition {
  return { kind: 'condition', measure, comparison, hysteresis: 0, forUs: null }
}

function isNever(comparison: Comparison): boolean {
  return (
    (comparison.op === '<' && comparison.limit <= 0) ||
    (comparison.op === '<=' && comparison.limit < 0)
  )
}
