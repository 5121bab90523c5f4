import type { Channel } from '../../../domain/channels.ts'
import { STORE_WORDS } from '../../../domain/energy-store.ts'
import { mainChannels } from '../../../domain/main-channels.ts'
import { type FigureForm, figureText } from '../../../figures/form-memory.ts'
import { barOf, fullRatio, type GaugeBar, gaugeScaleOf, verdict } from '../../../figures/gauge.ts'
import type { GaugeScale } from '../../../figures/gauge-scale.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { numberText } from '../../../util/number-text.ts'
import { ownValue } from '../../../util/records.ts'
import { decimalsOf, inUnit } from '../../../util/scaled-unit.ts'
import { LOOK } from '../model/figures.ts'
import { staleWord } from '../model/words.ts'
import { useNow, usePage, useSlice } from './use-page.ts'

/** As many characters as a figure may take. */
const CELLS = 9

/** The newest values, large, each with its bar, limits and peak. */
export function Readings() {
  const { figures } = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  const units = useSlice((state) => state.units)
  if (snapshot === null) return null
  figures.begin(snapshot, units)
  const channels = mainChannels(snapshot.channels)
  const others = snapshot.channels.filter((channel) => !channels.includes(channel))
  return (
    <section class="readings" aria-label="Newest values">
      {channels.map((channel) => (
        <Reading key={channel.id} channel={channel} snapshot={snapshot} />
      ))}
      {others.length > 0 && (
        <dl class="others">
          {others.map((channel) => (
            <Other key={channel.id} channel={channel} snapshot={snapshot} />
          ))}
        </dl>
      )}
    </section>
  )
}

interface Props {
  readonly channel: Channel
  readonly snapshot: Snapshot
}

function Reading({ channel, snapshot }: Props) {
  const { figures } = usePage()
  const link = useSlice((state) => state.link)
  const snapshotMs = useSlice((state) => state.snapshotMs)
  const nowMs = useNow(1000)
  const value = ownValue(snapshot.values, channel.id)
  const stale = staleWord(link, snapshot, Math.max(0, nowMs - snapshotMs))
  const seen = ownValue(snapshot.windows[0]?.stats, channel.id)
  const peak =
    seen === undefined ? null : Math.abs(seen.min) > Math.abs(seen.max) ? seen.min : seen.max
  const known = [value, peak].filter((each) => each !== undefined && each !== null)
  const form = figures.form('gauge', snapshot.number, channel, known, LOOK)
  const scale = gaugeScaleOf(snapshot, channel, value, figures)
  const fullScale = ownValue(snapshot.fullScale, channel.id) ?? 0
  const ratio = fullRatio(channel, value, fullScale, scale)
  const { word: verdictWord, style } =
    stale === null
      ? verdict(ratio, channel, snapshot.alarms)
      : { word: stale, style: 'warn' as const }
  const name = channel.label
  const word = channel.quantity === null ? ownValue(STORE_WORDS, channel.id) : undefined
  return (
    <article
      class={`reading ${channel.role}${stale === null ? '' : ' stale'}`}
      data-channel={channel.id}
    >
      <h2>
        {word !== undefined && `${word} `}
        {word === undefined ? name : <span class="dim">{name}</span>}
      </h2>
      <p class="value">
        <Figure
          text={value === undefined ? '--' : figureText(value, form, CELLS)}
          among={[...known, scale?.from ?? 0, scale?.to ?? 0].map((each) =>
            figureText(each, form, CELLS),
          )}
        />
        <span class="unit">{form.unit.text}</span>
      </p>
      <p class={`word ${style}`}>{verdictWord}</p>
      {scale !== null && (
        <Gauge
          bar={barOf(snapshot, channel, stale === null ? value : undefined, scale)}
          label={`${name}: ${value === undefined ? 'no value' : `${figureText(value, form, CELLS)} ${form.unit.text}`}, bar from ${reachText(scale, channel, form)}`}
        />
      )}
      <p class="reach">
        <span>{scale === null ? '' : endText(scale.from, form)}</span>
        <span>{peak === null ? '' : `peak 1 min ${figureText(peak, form, CELLS)}`}</span>
        <span>{scale === null ? '' : `${endText(scale.to, form)} ${form.unit.text}`}</span>
      </p>
    </article>
  )
}

interface FigureProps {
  readonly text: string
  /** What may stand there next, so that no digit jumps sideways when it does. */
  readonly among: readonly string[]
}

function Figure({ text, among }: FigureProps) {
  const characters = Math.max(...among.map((each) => each.length))
  return (
    <span class="figure" style={{ minWidth: `${characters - 0.5}ch` }}>
      {text}
    </span>
  )
}

function Other({ channel, snapshot }: Props) {
  const { figures } = usePage()
  const value = ownValue(snapshot.values, channel.id)
  const form = figures.form(
    'other',
    snapshot.number,
    channel,
    value === undefined ? [] : [value],
    LOOK,
  )
  return (
    <div class={`fact ${channel.role}`}>
      <dt>{channel.label}</dt>
      <dd>
        {value === undefined ? '--' : figureText(value, form, CELLS)} {form.unit.text}
      </dd>
    </div>
  )
}

function reachText(scale: GaugeScale, { unit }: Channel, form: FigureForm): string {
  return `${endText(scale.from, form)} to ${endText(scale.to, form)} ${form.unit.text || unit}`
}

function endText(end: number, { unit }: FigureForm): string {
  const scaled = inUnit(end, unit.exponent)
  return numberText(scaled, Math.min(3, decimalsOf(scaled)), 8)
}

/** A bar from zero to the value, with a mark at each limit and at the peak of the last minute. */
function Gauge({ bar, label }: { readonly bar: GaugeBar; readonly label: string }) {
  const from = Math.min(bar.zero, bar.value ?? bar.zero)
  const to = Math.max(bar.zero, bar.value ?? bar.zero)
  const percent = (place: number): string => `${(place * 100).toFixed(2)}%`
  const peaks = [bar.lowPeak, bar.highPeak].filter((each) => each !== null)
  return (
    <div class="gauge" role="img" aria-label={label}>
      <span class="fill" style={{ left: percent(from), width: percent(to - from) }} />
      {bar.zero > 0 && <span class="zero" style={{ left: percent(bar.zero) }} />}
      {peaks.map((place) => (
        <span key={`peak ${place}`} class="peak" style={{ left: percent(place) }} />
      ))}
      {bar.limits.map((place) => (
        <span key={place} class="limit" style={{ left: percent(place) }} />
      ))}
    </div>
  )
}
