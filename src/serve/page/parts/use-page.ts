import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import type { Page } from '../model/page.ts'
import type { PageState } from '../model/store.ts'

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === null) throw new Error('no page around this part')
  return page
}

/** A part of the state; drawn again only where that part has changed. */
export function useSlice<T>(slice: (state: PageState) => T): T {
  const { store } = usePage()
  const value = slice(store.state)
  const [, redraw] = useState(0)
  const seen = useRef({ slice, value })
  seen.current = { slice, value }
  useEffect(() => {
    const look = (): void => {
      const now = seen.current.slice(store.state)
      if (!Object.is(now, seen.current.value)) redraw((count) => count + 1)
    }
    // It may have changed between drawing and here.
    look()
    return store.subscribe(look)
  }, [store])
  return value
}

/** A clock for what grows old without news, ms of `performance.now`. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(performance.now())
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNowMs(performance.now())
    }, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return Math.max(nowMs, 0)
}

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const look = (): void => setMatches(list.matches)
    list.addEventListener('change', look)
    return () => list.removeEventListener('change', look)
  }, [query])
  return matches
}
