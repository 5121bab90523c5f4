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

interface TextFormProps {
  readonly label: string
  readonly isSecret?: boolean
  /** On the button. */
  readonly action: string
  /** @param text without blanks around it */
  readonly onSubmit: (text: string) => void
  /** What is said before the field. */
  readonly children: ComponentChildren
  /** What is said behind it. */
  readonly problem?: string | null
}

/** One line of text, and what becomes of it. */
function TextForm({
  label,
  isSecret = false,
  action,
  onSubmit,
  children,
  problem = null,
}: TextFormProps) {
  const [text, setText] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(text.trim())
      }}
    >
      <p>{children}</p>
      <label class="field">
        <span>{label}</span>
        <input
          autofocus
          {...(isSecret ? { type: 'password' as const } : { type: 'text' as const })}
          value={text}
          autocomplete="off"
          maxLength={200}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      {problem !== null && (
        <p class="bad-text" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="main">
        {action}
      </button>
    </form>
  )
}

function TokenDialog() {
  const page = usePage()
  const link = useSlice((state) => state.link)
  const refused = useSlice((state) => state.refused)
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
        <TextForm
          label="token"
          isSecret
          action="unlock"
          problem={refused}
          onSubmit={(token) => {
            if (token !== '') page.showToken(token)
          }}
        >
          {isWanted ? 'Reading from here needs the token.' : 'Changing something needs the token.'}{' '}
          serve prints at its start which file it is in. It is kept as long as this tab lives.
        </TextForm>
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
  return (
    <Dialog title="Mark">
      <TextForm
        label="note"
        action="mark"
        onSubmit={(text) => {
          void page.control({ kind: 'mark', device, text, timeUs }, `mark ${text}`)
          page.dialog(null)
        }}
      >
        A mark on the record,{' '}
        {timeUs === null ? 'at this moment' : `at ${preciseText(timeUs, nowUs)}`}.
      </TextForm>
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
