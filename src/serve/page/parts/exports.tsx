import { type SampleFormat, saveChart, saveSamples } from '../model/export.ts'
import { usePage, useSlice } from './use-page.ts'

/** The selection, else what the chart shows, as a file. */
export function Exports() {
  const page = usePage()
  const hasLog = useSlice(({ snapshot }) => snapshot?.log !== null)
  const hasSelection = useSlice(({ selection }) => selection !== null)
  const samples = (format: SampleFormat) => async (): Promise<void> => {
    try {
      await saveSamples(page, format)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      page.store.set({ notice: { kind: 'failed', text: `not saved: ${text}` } })
    }
  }
  return (
    <fieldset class="group exports" aria-label="Save as a file">
      <span class="label">save {hasSelection ? 'the selection' : 'what is shown'}</span>
      <button type="button" disabled={!hasLog} onClick={samples('csv')}>
        CSV
      </button>
      <button type="button" disabled={!hasLog} onClick={samples('ndjson')}>
        NDJSON
      </button>
      <button type="button" onClick={() => saveChart(page)}>
        SVG
      </button>
      <button
        type="button"
        onClick={() => {
          if (page.mayChange()) page.dialog('marker')
        }}
      >
        mark
      </button>
    </fieldset>
  )
}
