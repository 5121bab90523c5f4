/**
 * The candidate with the smallest edit distance to `word`; null where none is close: up to four
 * letters have room for one slip, more for two or a third of them. Of two slips in three letters,
 * nothing is left that could have been meant.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null
  const slips = word.length <= 4 ? 1 : Math.max(2, Math.floor(word.length / 3))
  let bestDistance = slips + 1
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/**
 * The hint of an error about an unknown word.
 *
 * @param otherwise where no candidate is close
 */
export function didYouMean(word: string, candidates: readonly string[], otherwise: string): string {
  const guess = nearest(word, candidates)
  return guess === null ? otherwise : `did you mean '${guess}'?`
}

/** Levenshtein distance, with two neighbours that changed places as one slip. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  let before = row
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(substitution, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] as number
}
