import { isElectric } from '../../../domain/channels.ts'
import { type ChartChannel, chartSvg } from '../../../export/svg/chart-svg.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { formatLocal, zoneName } from '../../../util/time-text.ts'
import { timeText } from './address.ts'
import type { Page } from './page.ts'
import type { Span } from './selection.ts'
import { shown } from './time-window.ts'

export type SampleFormat = 'csv' | 'ndjson'

/** The selection, else what the chart shows. */
function exportedSpan(page: Page): Span | null {
  const { selection, window } = page.store.state
  if (selection !== null) return selection
  return shown(window, page.reach.newestUs)
}

/** The samples of a span with all channels, relative to the page. */
function samplesUrl(snapshot: Snapshot, { fromUs, toUs }: Span, format: SampleFormat): string {
  const { device, channels } = snapshot
  const others = channels.every(isElectric) ? {} : { channels: 'all' }
  const from = timeText(fromUs)
  // The end is exclusive: a part of a millisecond belongs to it.
  const to = timeText(Math.ceil(toUs / 1000) * 1000)
  return `api/v1/samples?${new URLSearchParams({ device, from, to, format, ...others })}`
}

/** Saves the samples of the span. @throws Error with what the server says why it can't */
export async function saveSamples(page: Page, format: SampleFormat): Promise<void> {
  const { snapshot } = page.store.state
  const span = exportedSpan(page)
  if (snapshot === null || span === null) return
  const { token } = page
  const name = fileName(snapshot.device, span, format)
  const url = samplesUrl(snapshot, span, format)
  // A link is streamed to the disk; it can't show a token, though.
  if (token === null) return save(url, name)
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => ({}))) as { readonly detail?: string }
    throw new Error(problem.detail ?? `the server answered ${answer.status}`)
  }
  saveBlob(await answer.blob(), name)
}

/** Saves the chart as it is shown, in the form of `export --format svg`. */
export function saveChart(page: Page): void {
  const { trace, snapshot, hidden, theme } = page.store.state
  if (trace === null || snapshot === null) return
  const fromUs = trace.startUs
  const toUs = trace.startUs + trace.length * trace.slotUs
  const channels = snapshot.channels
    .filter(({ id }) => trace.channels[id] !== undefined && !hidden.has(id))
    .map((channel): ChartChannel => {
      const limit = snapshot.limits.find((each) => each.channel === channel.id)
      return { channel, figures: null, low: limit?.low ?? null, high: limit?.high ?? null }
    })
  const svg = chartSvg(
    [
      {
        title: snapshot.device,
        subtitle: `${formatLocal(fromUs)} to ${formatLocal(toUs)}, ${zoneName(fromUs)}`,
        channels,
        trace,
        notes: [],
      },
    ],
    theme,
  )
  saveBlob(
    new Blob([svg], { type: 'image/svg+xml' }),
    fileName(snapshot.device, { fromUs, toUs }, 'svg'),
  )
}

function fileName(device: string, { fromUs }: Span, type: string): string {
  const clean = device.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60)
  return `ina219-${clean}-${timeText(fromUs).replace(/[-:]/g, '')}.${type}`
}

function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  save(url, name)
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function save(href: string, name: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
}
