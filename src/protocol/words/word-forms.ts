import { DEVICE_WORDS, type DeviceWord } from './device-words.ts'

/** A name of a word, and what may stand behind it: for completion. */
export interface WordForm {
  readonly name: string
  /** May stand alone. */
  readonly isAlone: boolean
  /** What may stand behind the `=`, as far as it is words; null: nothing may. */
  readonly values: readonly string[] | null
  readonly word: DeviceWord
}

/** One for each name, in the order of the words. */
export const WORD_FORMS: readonly WordForm[] = DEVICE_WORDS.flatMap((word) =>
  word.names.map((name) => {
    const behind = [...word.form.matchAll(/=([^,\]\s]*)/g)].flatMap(([, of = '']) => of.split('|'))
    return {
      name,
      isAlone: word.kind === 'setting' && word.mayBeBare,
      values: behind.length === 0 ? null : behind.filter((each) => /^\w+$/.test(each)),
      word,
    }
  }),
)
