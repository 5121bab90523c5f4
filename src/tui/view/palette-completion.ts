import { WORD_FORMS, type WordForm } from '../../protocol/words/word-forms.ts'
import type { EditedLine } from './line-edit.ts'
import { PALETTE, type PaletteCommand } from './palette.ts'
import type { PaletteContext } from './palette-orders.ts'
import type { Candidate, Completion } from './prompt.ts'

/** What may stand at the cursor. */
export function completePalette(line: EditedLine, context: PaletteContext): Completion {
  const text = line.text.slice(0, line.cursor)
  const [, blanks = '', name = '', gap, rest = ''] =
    /^(\s*)([^\s,]*)([\s,]+)?(.*)$/s.exec(text) ?? []
  if (gap === undefined) {
    const from = blanks.length
    return { from, candidates: fitting(name, [...ownCandidates(), ...wordCandidates(name, [])]) }
  }
  const command = PALETTE.find(({ names }) => names.includes(name))
  const from = blanks.length + name.length + gap.length
  if (command !== undefined) return { from, candidates: valueCandidates(command, rest, context) }
  const fragment = /[^\s,]*$/.exec(text)?.[0] ?? ''
  const before = text.slice(0, text.length - fragment.length).split(/[\s,]+/)
  const candidates = fitting(fragment, wordCandidates(fragment, before))
  return { from: text.length - fragment.length, candidates }
}

function ownCandidates(): Candidate[] {
  return PALETTE.map(({ names: [name = ''], form, about, values }) => ({
    text: values === null ? name : `${name} `,
    form,
    about,
  }))
}

function valueCandidates(
  { form, about, values }: PaletteCommand,
  rest: string,
  context: PaletteContext,
): readonly Candidate[] {
  const offered = (values?.(context) ?? []).filter((each) => startsWith(each, rest))
  if (offered.length === 0) return [{ text: rest, form, about }]
  return offered.map((each) => ({ text: each, form: each, about }))
}

/** @param before words in front of it: a further member needs its setting there */
function wordCandidates(fragment: string, before: readonly string[]): Candidate[] {
  const said = fragment.indexOf('=')
  if (said >= 0) return settingCandidates(fragment, fragment.slice(0, said))
  const commands = new Set(
    before.flatMap((each) => {
      const name = each.split('=')[0]
      const found = WORD_FORMS.find((form) => form.name === name)
      return found?.word.kind === 'setting' ? [found.word.cmd] : []
    }),
  )
  return WORD_FORMS.filter(({ word }) => word.kind === 'setting' || commands.has(word.cmd)).map(
    (form) => ({
      text: form.values === null || form.isAlone ? form.name : `${form.name}=`,
      form: formOf(form),
      about: form.word.about,
    }),
  )
}

/** What may stand behind `=`, and what the setting is about while a number is being written. */
function settingCandidates(fragment: string, name: string): Candidate[] {
  const form = WORD_FORMS.find((each) => each.name === name)
  if (form === undefined) return []
  const { about } = form.word
  const values = (form.values ?? []).map((value) => `${name}=${value}`)
  const whole = values.filter((each) => each.startsWith(fragment))
  const isFree = formOf(form).includes('<') || whole.length === 0
  return [
    ...(isFree ? [{ text: fragment, form: formOf(form), about }] : []),
    ...whole.map((each) => ({ text: each, form: each, about })),
  ]
}

/** As the help shows it, but for one of several names: `output.B=on|off`. */
function formOf({ name, word }: WordForm): string {
  const [first = name] = word.names
  return name === first
    ? (word.form.split(',')[0] ?? name)
    : (word.form.replace(/^[\w.]+/, name).split(',')[0] ?? name)
}

/** Those that begin so; where none does, those that have it anywhere. */
function fitting(fragment: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const begin = candidates.filter(({ text }) => startsWith(text, fragment))
  if (begin.length > 0) return begin
  return candidates.filter(({ text }) => text.toLowerCase().includes(fragment.toLowerCase()))
}

function startsWith(text: string, begin: string): boolean {
  return text.toLowerCase().startsWith(begin.toLowerCase())
}
