/** How the page and the server are connected. */
export type LinkState =
  | { readonly kind: 'connecting' }
  /** @param refused why the last token was not taken; null: none was shown */
  | { readonly kind: 'token_wanted'; readonly refused: string | null }
  | { readonly kind: 'open'; readonly mayChange: boolean; readonly version: string }
  /** @param sinceMs when it broke, `Date.now` @param isOwn the page's own doing, with a token: nobody was away */
  | { readonly kind: 'broken'; readonly sinceMs: number; readonly isOwn: boolean }
