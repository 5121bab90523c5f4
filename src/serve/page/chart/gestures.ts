import type { Page } from '../model/page.ts'
import { spanOf } from '../model/selection.ts'
import { panned, shown, zoomed } from '../model/time-window.ts'

/** A wheel's notch makes the span longer or shorter by that. */
const NOTCH = 1.25
/** A pointer that moves less than that has clicked, CSS pixels. */
const CLICK_PX = 4

interface Drag {
  readonly kind: 'pan' | 'select'
  readonly startX: number
  readonly startUs: number
  readonly window: Page['store']['state']['window']
  hasMoved: boolean
}

/**
 * Wheel and pinch zoom at the pointer, drag pans, Shift and drag selects, a double click leads back to
 * now, a click sets the cursor. All strips share their left and right edges.
 *
 * @param host of all strips @param edges of the curves within the page
 * @returns ends it
 */
export function listenToGestures(
  host: HTMLElement,
  edges: () => { readonly left: number; readonly width: number } | null,
  page: Page,
): () => void {
  const fingers = new Map<number, number>()
  let drag: Drag | null = null
  let pinchPx: number | null = null

  const timeAt = (x: number): number | null => {
    const now = shown(page.store.state.window, page.reach.newestUs)
    const area = edges()
    if (now === null || area === null || area.width === 0) return null
    const part = Math.max(0, Math.min(1, (x - area.left) / area.width))
    return now.fromUs + part * (now.toUs - now.fromUs)
  }
  const zoom = (factor: number, x: number): void => {
    const { window } = page.store.state
    page.look(zoomed(window, window.spanMs * factor, timeAt(x), page.reach))
  }

  const onWheel = (event: WheelEvent): void => {
    event.preventDefault()
    const isSideways = !event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)
    if (isSideways) page.pan(event.deltaX / (edges()?.width ?? 1000))
    else zoom(event.deltaY > 0 ? NOTCH : 1 / NOTCH, event.clientX)
  }
  const onDown = (event: PointerEvent): void => {
    const startUs = timeAt(event.clientX)
    if (event.button !== 0 || startUs === null) return
    fingers.set(event.pointerId, event.clientX)
    host.setPointerCapture(event.pointerId)
    if (fingers.size === 2) {
      pinchPx = spread(fingers)
      drag = null
      return
    }
    const { isSelecting, window } = page.store.state
    const kind = event.shiftKey || isSelecting ? 'select' : 'pan'
    drag = { kind, startX: event.clientX, startUs, window, hasMoved: false }
  }
  const onMove = (event: PointerEvent): void => {
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event.clientX)
    if (fingers.size === 2 && pinchPx !== null) {
      const px = spread(fingers)
      zoom(pinchPx / px, middle(fingers))
      pinchPx = px
      return
    }
    const atUs = timeAt(event.clientX)
    if (drag === null) page.point(atUs)
    else if (atUs !== null) dragged(drag, event.clientX, atUs)
  }
  const dragged = (now: Drag, x: number, atUs: number): void => {
    if (Math.abs(x - now.startX) > CLICK_PX) now.hasMoved = true
    if (!now.hasMoved) return
    if (now.kind === 'select') page.select(spanOf(now.startUs, atUs))
    else {
      const byUs = ((now.startX - x) / (edges()?.width ?? 1)) * now.window.spanMs * 1000
      page.look(panned(now.window, byUs, page.reach))
    }
  }
  const onUp = (event: PointerEvent): void => {
    fingers.delete(event.pointerId)
    pinchPx = null
    if (drag !== null && !drag.hasMoved) page.point(timeAt(event.clientX))
    if (drag?.hasMoved && drag.kind === 'select') page.store.set({ isSelecting: false })
    drag = null
  }
  const onLeave = (event: PointerEvent): void => {
    // A finger leaves with every tap: what it has pointed at stays.
    if (drag === null && event.pointerType === 'mouse' && document.activeElement !== host) {
      page.point(null)
    }
  }
  const onDouble = (): void => page.live()

  host.addEventListener('wheel', onWheel, { passive: false })
  host.addEventListener('pointerdown', onDown)
  host.addEventListener('pointermove', onMove)
  host.addEventListener('pointerup', onUp)
  host.addEventListener('pointercancel', onUp)
  host.addEventListener('pointerleave', onLeave)
  host.addEventListener('dblclick', onDouble)
  return () => {
    host.removeEventListener('wheel', onWheel)
    host.removeEventListener('pointerdown', onDown)
    host.removeEventListener('pointermove', onMove)
    host.removeEventListener('pointerup', onUp)
    host.removeEventListener('pointercancel', onUp)
    host.removeEventListener('pointerleave', onLeave)
    host.removeEventListener('dblclick', onDouble)
  }
}

function spread(fingers: ReadonlyMap<number, number>): number {
  const [one = 0, other = 0] = fingers.values()
  return Math.max(10, Math.abs(one - other))
}

function middle(fingers: ReadonlyMap<number, number>): number {
  const [one = 0, other = 0] = fingers.values()
  return (one + other) / 2
}
