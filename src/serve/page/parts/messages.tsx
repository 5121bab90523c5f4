import { useEffect } from 'preact/hooks'
import { missedText } from '../model/missed.ts'
import { usePage, useSlice } from './use-page.ts'

const STAYS_MS = 10_000

/** What the last command came to. */
export function NoticeLine() {
  const { store } = usePage()
  const notice = useSlice((state) => state.notice)
  useEffect(() => {
    if (notice?.kind !== 'done') return undefined
    const timer = setTimeout(() => store.set({ notice: null }), STAYS_MS)
    return () => clearTimeout(timer)
  }, [notice, store])
  return (
    <div class="notices" role="status" aria-live="polite">
      {notice !== null && (
        <p class={`notice ${notice.kind}`} data-part="notice">
          <span>{notice.text}</span>
          <button
            type="button"
            onClick={() => store.set({ notice: null })}
            aria-label="Close this message"
          >
            ×
          </button>
        </p>
      )}
    </div>
  )
}

/** What was missed while the connection was broken, and that it was filled in. */
export function MissedLine() {
  const { store } = usePage()
  const missed = useSlice((state) => state.missed)
  return (
    <div class="notices" role="status" aria-live="polite">
      {missed !== null && (
        <p class="notice" data-part="missed">
          <span>{missedText(missed)}</span>
          <button
            type="button"
            onClick={() => store.set({ missed: null })}
            aria-label="Close this message"
          >
            ×
          </button>
        </p>
      )}
    </div>
  )
}
