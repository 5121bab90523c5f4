/** What is behind `<scheme>://`; null: it does not begin so. A scheme has two characters or more: `c://` is a drive. */
export function withoutScheme(text: string): string | null {
  return /^[a-z][\w+.-]+:\/\/(.*)$/is.exec(text)?.[1] ?? null
}
