import { rateText } from '../../../figures/format.ts'
import { sourcePlace } from '../../../figures/source-state.ts'
import { formatClockDuration } from '../../../util/duration.ts'
import { countText } from '../../../util/number-text.ts'
import { formatSize } from '../../../util/size.ts'
import { stateWord } from '../model/words.ts'
import { SimulatorButton } from './offer-line.tsx'
import { useNow, usePage, useSlice } from './use-page.ts'

/** Device, state, rate, losses and log: what is to be known before any value. */
export function StateLine() {
  const page = usePage()
  const link = useSlice((state) => state.link)
  const snapshot = useSlice((state) => state.snapshot)
  const snapshotMs = useSlice((state) => state.snapshotMs)
  const nowMs = useNow(1000)
  const isVirtual = snapshot?.source.isVirtual === true
  const { word, style, reason } = stateWord(link, snapshot, Math.max(0, nowMs - snapshotMs))
  return (
    <header class="state">
      <h1>{snapshot === null ? 'ina219' : snapshot.device || sourcePlace(snapshot.source)}</h1>
      <strong class={`word ${style}`} data-part="state">
        {word}
      </strong>
      {isVirtual && (
        <strong class="word warn" data-part="virtual">
          VIRTUAL
        </strong>
      )}
      {isVirtual && <SimulatorButton />}
      <span class="for-readers" role="status">
        {announced(word)}
      </span>
      {snapshot !== null && <Health />}
      <span class="buttons">
        <ThemeButton />
        <button type="button" onClick={() => page.dialog('help')} aria-label="Help and keys">
          ?
        </button>
        <TokenButton />
      </span>
      {reason !== '' && <p class="reason">{reason}</p>}
    </header>
  )
}

/** Read out where the state changes, not with every second of it. */
function announced(word: string): string {
  return word.replace(/ \d.*$/, '').toLowerCase()
}

function Health() {
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  const { rate, ledger, unnumbered, source, device, nowUs, startedUs, mode } = snapshot
  return (
    <dl class="health">
      {device !== sourcePlace(source) && <Fact name="source" value={sourcePlace(source)} />}
      <Fact name="rate" value={rateText(rate)} />
      <Fact
        name="lost"
        value={unnumbered ? '?' : countText(ledger.lost)}
        isBad={unnumbered || ledger.lost > 0}
      />
      <Fact name="healed" value={countText(ledger.recovered)} />
      <LogFact />
      {mode !== null && mode !== '' && <Fact name="mode" value={mode} />}
      <Fact name="up" value={formatClockDuration(Math.max(0, (nowUs - startedUs) / 1000))} />
    </dl>
  )
}

function LogFact() {
  const log = useSlice((state) => state.snapshot?.log ?? null)
  if (log === null) return <Fact name="log" value="off" isBad />
  if (log.kind === 'failed') return <Fact name="log" value="FAILED !" isBad title={log.reason} />
  if (log.kind === 'spilling') {
    return <Fact name="log" value={`waits, ${countText(log.queued)} !`} isBad title={log.reason} />
  }
  return <Fact name="log" value={`recording, ${formatSize(log.bytes)}`} />
}

interface FactProps {
  readonly name: string
  readonly value: string
  readonly isBad?: boolean
  readonly title?: string
}

export function Fact({ name, value, isBad = false, title }: FactProps) {
  return (
    <div class="fact" title={title}>
      <dt>{name}</dt>
      <dd class={isBad ? 'warn' : undefined}>{value}</dd>
    </div>
  )
}

function ThemeButton() {
  const page = usePage()
  const theme = useSlice((state) => state.theme)
  return (
    <button
      type="button"
      onClick={() => page.nextTheme()}
      aria-label={`Colours: ${theme}`}
      data-part="theme"
    >
      {theme}
    </button>
  )
}

function TokenButton() {
  const page = usePage()
  const mayChange = useSlice(({ link }) => link.kind === 'open' && link.mayChange)
  return (
    <button type="button" onClick={() => page.dialog('token')} data-part="token">
      {mayChange ? 'unlocked' : 'token'}
    </button>
  )
}
