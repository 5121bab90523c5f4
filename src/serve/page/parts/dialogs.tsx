import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { preciseText } from '../../../figures/format.ts'
import { KEYS } from '../model/keys.ts'
import { usePage, useSlice } from './use-page.ts'

/** What is asked, or explained, before the page. */
export function Dialogs() {
  const dialog = useSlice((state) => state.dialog)
  if (dialog === 'token') return <TokenDialog />
  if (dialog === 'help') return <HelpDialog />
  if (dialog === 'marker') return <MarkerDialog />
  return dialog === 'totals' ? <TotalsDialog /> : null
}

interface DialogProps {
  readonly title: string
  readonly children: ComponentChildren
}

function Dialog({ title, children }: DialogProps) {
  const page = usePage()
  const host = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    host.current?.showModal()
  }, [])
  return (
    <dialog ref={host} aria-labelledby="dialog-title" onClose={() => page.dialog(null)}>
      <h2 id="dialog-title">
        {title}
        <button type="button" onClick={() => host.current?.close()} aria-label="Close">
          ×
        </button>
      </h2>
      {children}
    </dialog>
  )
}

function TokenDialog() {
  const page = usePage()
  const link = useSlice((state) => state.link)
  const refused = useSlice((state) => state.refused)
  const [token, setToken] = useState('')
  const isWanted = link.kind === 'token_wanted'
  const mayChange = link.kind === 'open' && link.mayChange
  return (
    <Dialog title="Token">
      {mayChange ? (
        <p>
          This tab may change things: settings, outputs, alarms, totals, marks.{' '}
          <button type="button" onClick={() => page.forgetToken()}>
            lock again
          </button>
        </p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (token.trim() !== '') page.showToken(token.trim())
          }}
        >
          <p>
            {isWanted
              ? 'Reading from here needs the token.'
              : 'Changing something needs the token.'}{' '}
            serve prints at its start which file it is in. It is kept as long as this tab lives.
          </p>
          <label class="field">
            <span>token</span>
            <input
              autofocus
              type="password"
              value={token}
              autocomplete="off"
              maxLength={200}
              onInput={({ currentTarget }) => setToken(currentTarget.value)}
            />
          </label>
          {refused !== null && (
            <p class="bad-text" role="alert">
              {refused}
            </p>
          )}
          <button type="submit" class="main">
            unlock
          </button>
        </form>
      )}
    </Dialog>
  )
}

function MarkerDialog() {
  const page = usePage()
  const device = useSlice((state) => state.device)
  const nowUs = useSlice(({ snapshot }) => snapshot?.nowUs ?? 0)
  // Where the cursor was when it was asked for, not where a pointer wanders since.
  const [timeUs] = useState(page.store.state.cursorUs)
  const [text, setText] = useState('')
  return (
    <Dialog title="Mark">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const mark = { kind: 'mark', device, text: text.trim(), timeUs } as const
          void page.control(mark, `mark ${text.trim()}`)
          page.dialog(null)
        }}
      >
        <p>
          A mark on the record,{' '}
          {timeUs === null ? 'at this moment' : `at ${preciseText(timeUs, nowUs)}`}.
        </p>
        <label class="field">
          <span>note</span>
          <input
            autofocus
            type="text"
            value={text}
            autocomplete="off"
            maxLength={200}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          mark
        </button>
      </form>
    </Dialog>
  )
}

function TotalsDialog() {
  const page = usePage()
  const device = useSlice((state) => state.device)
  return (
    <Dialog title="Reset the totals">
      <p>
        Charge, energy and statistics begin again at 0; what they were stays on record. The log
        keeps every sample.
      </p>
      <button
        type="button"
        class="main"
        onClick={() => {
          void page.control({ kind: 'totals_reset', device }, 'reset the totals')
          page.dialog(null)
        }}
      >
        reset
      </button>
    </Dialog>
  )
}

function HelpDialog() {
  const page = usePage()
  const hasKeys = useSlice((state) => state.hasKeys)
  const theme = useSlice((state) => state.theme)
  return (
    <Dialog title="Help">
      <dl class="keys">
        {KEYS.map(({ shown, help }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{help}</dd>
          </div>
        ))}
      </dl>
      <p>
        In the chart: wheel or pinch zooms at the pointer, drag moves, Shift and drag selects, a
        double click leads back to now. Flags above it say why: a gap × stays empty, no line crosses
        it.
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={hasKeys}
          onChange={({ currentTarget }) => page.useKeys(currentTarget.checked)}
        />
        single keys are commands
      </label>
      <fieldset>
        <legend>colours</legend>
        {(['auto', 'dark', 'light'] as const).map((each) => (
          <label key={each} class="check">
            <input
              type="radio"
              name="theme"
              checked={theme === each}
              onChange={() => page.theme(each)}
            />
            {each}
          </label>
        ))}
      </fieldset>
      <p>
        <a href="api/docs">API</a> · <a href="metrics">metrics</a>
      </p>
    </Dialog>
  )
}
