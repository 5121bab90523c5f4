import { type Channel, ELECTRIC_CHANNELS } from '../domain/channels.ts'

const ALPHABET: readonly string[] = [...'abcdefghijklmnopqrstuvwxyz']
/** `v`, `a`, `w` are theirs alone, whether the device has them or not. */
const RESERVED: ReadonlySet<string> = new Set(ELECTRIC_CHANNELS.map(({ id }) => id))

/**
 * A lower-case letter for each channel: one of its name's where one is free,
 * else the next free one. Past 23 extra channels letters come again.
 */
export function lettersOf(channels: readonly Channel[]): ReadonlyMap<string, string> {
  const letters = new Map<string, string>()
  const taken = new Set(RESERVED)
  for (const { id } of channels) {
    if (RESERVED.has(id)) {
      letters.set(id, id)
      continue
    }
    const isFree = (letter: string): boolean => !taken.has(letter)
    const own = [...id.toLowerCase()].filter((char) => ALPHABET.includes(char))
    const letter =
      own.find(isFree) ?? ALPHABET.find(isFree) ?? ALPHABET[letters.size % ALPHABET.length] ?? 'x'
    taken.add(letter)
    letters.set(id, letter)
  }
  return letters
}
