/**
 * The elements of a JSON array as they are written, each for itself: a CRC holds for the very characters.
 *
 * @param text a valid JSON array
 */
export function elementsOf(text: string): string[] {
  const elements: string[] = []
  let depth = 0
  let begin = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    else if (char === '[' || char === '{') {
      depth++
      if (depth === 1) begin = at + 1
    } else if (char === ']' || char === '}') {
      depth--
      if (depth === 0) elements.push(text.slice(begin, at).trim())
    } else if (char === ',' && depth === 1) {
      elements.push(text.slice(begin, at).trim())
      begin = at + 1
    }
  }
  return elements
}

/** @param at its first quote. @returns where its last one is */
function endOfString(text: string, at: number): number {
  let end = at + 1
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end
}
