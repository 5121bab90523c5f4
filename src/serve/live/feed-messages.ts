import type { EncodedPage, PageForm, Taken } from './sample-pages.ts'

/** A page of commits for viewers of one form. */
export interface FeedPage extends EncodedPage {
  /** Behind the page. */
  readonly cursor: string
  /** That was all that had been committed. */
  readonly isComplete: boolean
}

/** The same commits for viewers of several forms. */
export interface FeedPages {
  readonly cursor: string
  readonly isComplete: boolean
  /** One a form, in their order. */
  readonly pages: readonly EncodedPage[]
}

/** A form, and how far its thinning has got. */
export interface FormState {
  readonly form: PageForm
  readonly taken: Taken
}

/** What the thread that follows the commits is asked. */
export type FeedQuestion =
  | { readonly type: 'head' }
  /** What was committed since a cursor. */
  | {
      readonly type: 'since'
      readonly cursor: string
      readonly limit: number
      readonly forms: readonly FormState[]
    }
  /**
   * The same of one form; where that is all, what was committed since `tail` as well, of the same
   * moment: from there on both are at the same place.
   */
  | {
      readonly type: 'join'
      readonly cursor: string
      readonly limit: number
      readonly form: FormState
      readonly tail: string
      readonly forms: readonly FormState[]
    }

export type FeedAnswer =
  | { readonly type: 'head'; readonly cursor: string }
  | { readonly type: 'since'; readonly pages: FeedPages }
  | { readonly type: 'join'; readonly page: FeedPage; readonly tail: FeedPages | null }
