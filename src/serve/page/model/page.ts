import type { DeviceNumber, ViewControl } from '../../../monitor/view.ts'
import { UNIT_CHOICES, type UnitChoice } from '../../../util/scaled-unit.ts'
import { keepChoice, keepToken, keptChoice, keptToken } from '../link/kept.ts'
import type { LinkState } from '../link/link-state.ts'
import { ViewLink } from '../link/view-link.ts'
import { placeOf, searchOf } from './address.ts'
import { Feed } from './feed.ts'
import { PageFigures } from './figures.ts'
import type { Span } from './selection.ts'
import { type DialogName, type PageState, Store, type ThemeWish } from './store.ts'
import {
  chartEdge,
  edgeUs,
  frozen,
  panned,
  type Reach,
  running,
  showing,
  stepSpan,
  type TimeWindow,
  zoomed,
} from './time-window.ts'

/** The address is written when nothing has moved for so long, ms: browsers refuse more. */
const ADDRESS_MS = 400
const THEMES = ['auto', 'dark', 'light'] as const

/** What a user can do, and the state that it changes. */
export class Page {
  readonly store: Store
  readonly figures = new PageFigures()
  readonly feed: Feed
  readonly #link: ViewLink
  /** Of the server that this page is from; null: not known yet. */
  #version: string | null = null
  #address: ReturnType<typeof setTimeout> | undefined

  constructor(base: URL) {
    const place = placeOf(base.search)
    this.store = new Store({
      ...EMPTY,
      wantedDevice: place.device,
      window: place.window,
      selection: place.selection,
      theme: keptChoice('theme', THEMES, 'auto'),
      layout: keptChoice('layout', ['strips', 'overlay'], 'strips'),
      hasKeys: keptChoice('keys', ['on', 'off'], 'on') === 'on',
    })
    const url = new URL('api/v1/view', base)
    url.protocol = url.protocol.replace('http', 'ws')
    url.search = ''
    this.#link = new ViewLink({
      url: url.href,
      token: keptToken(),
      onState: (link) => this.#linked(link),
      onRefused: (detail) => this.#refused(detail),
    })
    this.feed = new Feed(this.#link, this.store, (missing) => this.#arrived(missing, place.wrong))
  }

  get reach(): Reach {
    const { snapshot, trace, window } = this.store.state
    if (snapshot === null) return { oldestUs: null, newestUs: null }
    // The curves of a running chart are newer than the snapshot: what is shown is not to go when it is frozen.
    const isRunning = window.endUs === null && trace !== null
    const newestUs = isRunning ? chartEdge(snapshot, trace) : edgeUs(snapshot)
    return { oldestUs: snapshot.oldestUs, newestUs }
  }

  look(window: TimeWindow): void {
    this.#change({ window })
  }

  freeze(): void {
    const { window } = this.store.state
    this.look(window.endUs === null ? frozen(window, this.reach) : running(window))
  }

  live(): void {
    this.#change({ window: running(this.store.state.window), cursorUs: null })
  }

  oldest(): void {
    this.look(panned(this.store.state.window, Number.MIN_SAFE_INTEGER, this.reach))
  }

  /** @param parts of the span; above 0: later */
  pan(parts: number): void {
    const { window } = this.store.state
    this.look(panned(window, parts * window.spanMs * 1000, this.reach))
  }

  span(spanMs: number): void {
    this.look(zoomed(this.store.state.window, spanMs, this.store.state.cursorUs, this.reach))
  }

  zoom(direction: 1 | -1): void {
    this.span(stepSpan(this.store.state.window, direction))
  }

  /** @param timeUs Unix µs */
  show(timeUs: number): void {
    this.look(showing(this.store.state.window, timeUs, this.reach))
    this.point(timeUs)
  }

  /** @param timeUs null: nobody points at anything */
  point(timeUs: number | null): void {
    const { trace } = this.store.state
    this.feed.pointedAt(timeUs, (trace?.slotUs ?? 0) * 4)
  }

  select(selection: Span | null): void {
    this.#change({ selection, statistics: null })
  }

  showDevice(device: DeviceNumber): void {
    if (device === this.store.state.device) return
    this.#change({
      device,
      trace: null,
      overview: null,
      percentiles: new Map(),
      selection: null,
      statistics: null,
      cursorUs: null,
      window: running(this.store.state.window),
    })
    this.feed.connected()
  }

  toggleCurve(id: string): void {
    const hidden = new Set(this.store.state.hidden)
    if (!hidden.delete(id)) hidden.add(id)
    this.store.set({ hidden })
  }

  toggleLayout(): void {
    const layout = this.store.state.layout === 'strips' ? 'overlay' : 'strips'
    keepChoice('layout', layout)
    this.store.set({ layout })
  }

  nextUnits(): void {
    const { units } = this.store.state
    const next = UNIT_CHOICES[(UNIT_CHOICES.indexOf(units) + 1) % UNIT_CHOICES.length]
    this.store.set({ units: next as UnitChoice })
  }

  theme(theme: ThemeWish): void {
    keepChoice('theme', theme)
    this.store.set({ theme })
  }

  nextTheme(): void {
    const { theme } = this.store.state
    this.theme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto')
  }

  useKeys(hasKeys: boolean): void {
    keepChoice('keys', hasKeys ? 'on' : 'off')
    this.store.set({ hasKeys })
  }

  dialog(dialog: DialogName | null): void {
    this.store.set({ dialog, refused: null })
  }

  showToken(token: string): void {
    keepToken(token)
    this.store.set({ refused: null })
    this.#link.showToken(token)
  }

  forgetToken(): void {
    keepToken(null)
    this.dialog(null)
    this.#link.forgetToken()
  }

  get token(): string | null {
    return keptToken()
  }

  /** Whether something may be changed; else the token is asked for. */
  mayChange(): boolean {
    const { link } = this.store.state
    if (link.kind === 'open' && link.mayChange) return true
    this.dialog('token')
    return false
  }

  /**
   * Changes something in the monitor or its device, and says what it answered, a refusal of the device
   * included.
   *
   * @param what in words, such as `interval=500`
   * @returns whether there was an answer
   */
  async control(control: ViewControl, what: string): Promise<boolean> {
    if (!this.mayChange()) return false
    this.store.set({ notice: { kind: 'pending', text: `sent: ${what}` } })
    try {
      const answer = await this.#link.control(control)
      this.store.set({ notice: { kind: 'done', text: answer } })
      this.feed.connected()
      return true
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.store.set({ notice: { kind: 'failed', text: `not done: ${text}` } })
      return false
    }
  }

  #change(change: Partial<PageState>): void {
    this.store.set(change)
    this.feed.changed()
    clearTimeout(this.#address)
    this.#address = setTimeout(() => this.#writeAddress(), ADDRESS_MS)
  }

  #writeAddress(): void {
    const { snapshot, device, window, selection } = this.store.state
    const name = snapshot?.devices.find(({ number }) => number === device)?.device ?? null
    const search = searchOf({ device: device === 0 ? null : name, window, selection })
    history.replaceState(null, '', search === '' ? location.pathname : `?${search}`)
  }

  /** What the address asked for and is not shown is said, and does not stay in the address. */
  #arrived(missing: string | null, wrong: readonly string[]): void {
    if (missing === null && wrong.length === 0) return
    const { snapshot } = this.store.state
    const device =
      missing === null ? [] : [`there is no device ${missing} here: this is ${snapshot?.device}`]
    const rest = wrong.length === 0 ? [] : [`not understood in the address: ${wrong.join(', ')}`]
    this.store.set({ notice: { kind: 'failed', text: [...device, ...rest].join('; ') } })
    this.#writeAddress()
  }

  #linked(link: LinkState): void {
    this.store.set({ link })
    if (link.kind === 'broken' && !link.isOwn) this.feed.broken()
    if (link.kind === 'token_wanted') this.dialog('token')
    if (link.kind !== 'open') return
    this.#version ??= link.version
    if (link.version !== this.#version) {
      const text = `the server is ina219 ${link.version} now: reload the page to have its page, too`
      this.store.set({ notice: { kind: 'failed', text } })
    }
    // One that was refused is asked for again, with the reason.
    if (this.store.state.dialog === 'token' && link.mayChange) this.dialog(null)
    this.feed.connected()
  }

  #refused(detail: string): void {
    keepToken(null)
    this.store.set({ dialog: 'token', refused: detail })
  }
}

const EMPTY: PageState = {
  link: { kind: 'connecting' },
  snapshot: null,
  snapshotMs: 0,
  device: 0,
  wantedDevice: null,
  window: { spanMs: 60_000, endUs: null },
  trace: null,
  overview: null,
  sparks: new Map(),
  cursorUs: null,
  moment: undefined,
  selection: null,
  isSelecting: false,
  statistics: null,
  percentiles: new Map(),
  layout: 'strips',
  hidden: new Set(),
  units: 'auto',
  theme: 'auto',
  hasKeys: true,
  dialog: null,
  notice: null,
  refused: null,
  missed: null,
}
