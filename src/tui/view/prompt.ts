import { type EditedLine, editLine, insertText, lineOf, replaceFrom } from './line-edit.ts'

/** The line at the bottom in which commands are written; changed only by the functions here. */
export interface Prompt {
  readonly line: EditedLine
  /** Of the lines said before that were gone back to, the place; null: this one is new. */
  readonly recalled: number | null
  /** The new line, while an old one is shown in its place. */
  readonly draft: string
  /** What Tab goes through; null: it has not been pressed. */
  readonly menu: Menu | null
  /** Why the line could not be carried out; empty: nothing is wrong with it. */
  readonly problem: string
}

interface Menu extends Completion {
  readonly at: number
}

/** What may stand where the cursor is. */
export interface Completion {
  /** Begin of the word that a candidate replaces, in UTF-16 units. */
  readonly from: number
  readonly candidates: readonly Candidate[]
}

export interface Candidate {
  /** What it puts into the line. */
  readonly text: string
  /** How the list shows it. */
  readonly form: string
  /** One line of help. */
  readonly about: string
}

/** What a key in the prompt depends on besides itself. */
export interface PromptContext {
  readonly complete: (line: EditedLine) => Completion
  /** Lines said before, newest first. */
  readonly said: readonly string[]
}

export type PromptAfter =
  | { readonly kind: 'open'; readonly prompt: Prompt }
  | { readonly kind: 'closed' }
  | { readonly kind: 'entered'; readonly text: string }

/** So many lines are remembered. */
const REMEMBERED = 50

/** @param text what it begins with */
export function openPrompt(text = ''): Prompt {
  return { line: lineOf(text), recalled: null, draft: '', menu: null, problem: '' }
}

/** @param key full name, such as `C-w`; @param char what it types; null: nothing */
export function promptAfter(
  prompt: Prompt,
  key: string,
  char: string | null,
  context: PromptContext,
): PromptAfter {
  switch (key) {
    case 'escape':
    case 'C-c':
      return { kind: 'closed' }
    case 'enter':
    case 'linefeed':
      return prompt.line.text.trim() === ''
        ? { kind: 'closed' }
        : { kind: 'entered', text: prompt.line.text.trim() }
    case 'up':
      return open(recall(prompt, 1, context))
    case 'down':
      return open(recall(prompt, -1, context))
    case 'tab':
      return open(completed(prompt, 1, context))
    case 'S-tab':
      return open(completed(prompt, -1, context))
    case 'backspace':
      // As in vi: behind the begin of the line is where it was opened.
      if (prompt.line.text === '') return { kind: 'closed' }
  }
  const line = editLine(prompt.line, key, char)
  return open(line === null ? prompt : written(prompt, line))
}

export function pasted(prompt: Prompt, text: string): Prompt {
  return written(prompt, insertText(prompt.line, text))
}

export function withProblem(prompt: Prompt, problem: string): Prompt {
  return { ...prompt, menu: null, problem }
}

/** The lines said before, with the newest. */
export function remember(said: readonly string[], text: string): readonly string[] {
  return [text, ...said.filter((each) => each !== text)].slice(0, REMEMBERED)
}

function open(prompt: Prompt): PromptAfter {
  return { kind: 'open', prompt }
}

function written(prompt: Prompt, line: EditedLine): Prompt {
  return { ...prompt, line, menu: null, problem: '' }
}

function recall(prompt: Prompt, by: 1 | -1, { said }: PromptContext): Prompt {
  const place = (prompt.recalled ?? -1) + by
  if (place >= said.length || place < -1) return prompt
  const draft = prompt.recalled === null ? prompt.line.text : prompt.draft
  const recalled = place < 0 ? null : place
  const text = recalled === null ? draft : (said[recalled] ?? '')
  return { ...written(prompt, lineOf(text)), recalled, draft }
}

/** As far as all candidates agree; where that is no further, one after the other. */
function completed(prompt: Prompt, by: 1 | -1, { complete }: PromptContext): Prompt {
  if (prompt.menu !== null) return chosen(prompt, prompt.menu, prompt.menu.at + by)
  const completion = complete(prompt.line)
  const { from, candidates } = completion
  const common = commonBegin(candidates.map(({ text }) => text))
  const word = prompt.line.text.slice(from, prompt.line.cursor)
  if (common.length > word.length && common.startsWith(word)) {
    return written(prompt, replaceFrom(prompt.line, from, common))
  }
  const [only] = candidates
  if (only === undefined) return prompt
  if (candidates.length === 1) return written(prompt, replaceFrom(prompt.line, from, only.text))
  return chosen(prompt, { ...completion, at: 0 }, by > 0 ? 0 : -1)
}

function chosen(prompt: Prompt, menu: Menu, wanted: number): Prompt {
  const count = menu.candidates.length
  const at = (wanted + count) % count
  const text = menu.candidates[at]?.text ?? ''
  const line = replaceFrom(prompt.line, menu.from, text)
  return { ...prompt, line, menu: { ...menu, at }, problem: '' }
}

function commonBegin(texts: readonly string[]): string {
  const [first = '', ...others] = texts
  let length = first.length
  for (const each of others) {
    while (!each.startsWith(first.slice(0, length))) length--
  }
  return first.slice(0, length)
}
