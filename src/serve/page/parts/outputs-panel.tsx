import { useState } from 'preact/hooks'
import { type OutputWords, outputWords, shownOutputs } from '../../../figures/output-words.ts'
import { usePage, useSlice } from './use-page.ts'

/** Whether the device that is shown has any. */
export function useHasOutputs(): boolean {
  return useSlice(
    ({ snapshot }) => snapshot !== null && outputWords(shownOutputs(snapshot).view).length > 0,
  )
}

/** Relays and load switches: as they are confirmed, and what was asked for beside it. */
export function OutputsPanel() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  const mayChange = useSlice(({ link }) => link.kind === 'open' && link.mayChange)
  const isOpen = useSlice(({ link }) => link.kind === 'open')
  /** What was asked for here and is not answered: device and output. */
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set())
  if (snapshot === null) return null
  const { view, number, of } = shownOutputs(snapshot)
  const outputs = outputWords(view)
  if (outputs.length === 0) return null
  const send = async (name: string, isOn: boolean): Promise<void> => {
    if (!isOpen || !page.mayChange()) return
    const key = `${number} ${name}`
    const words = `output.${name}=${isOn ? 'on' : 'off'}`
    setAsked((now) => new Set([...now, key]))
    await page.control({ kind: 'send', device: number, words }, words)
    setAsked((now) => new Set([...now].filter((each) => each !== key)))
  }
  const why = isOpen ? (mayChange ? null : 'switching needs the token') : 'no connection'
  return (
    <section class="panel outputs" aria-label="Outputs" data-part="outputs">
      <h2>
        <span class="name">{snapshot.energyStore === null ? 'Outputs' : 'Relays'}</span>
        {of !== null && <span class="dim">of {of}</span>}
        {view.hasVirtualOutputs && <span class="word warn">virtual: nothing is switched</span>}
      </h2>
      <ul>
        {outputs.map((output) => (
          <Output
            key={output.name}
            output={output}
            isLocked={why !== null}
            isAsked={asked.has(`${number} ${output.name}`)}
            send={send}
          />
        ))}
      </ul>
      {why !== null && (
        <p class="dim" id="outputs-locked">
          {why}{' '}
          {isOpen && (
            <button type="button" onClick={() => page.dialog('token')}>
              enter the token
            </button>
          )}
        </p>
      )}
    </section>
  )
}

interface OutputProps {
  readonly output: OutputWords
  readonly isLocked: boolean
  readonly isAsked: boolean
  readonly send: (name: string, isOn: boolean) => Promise<void>
}

/** `aria-checked` is what the device has confirmed. Locked ones can be focused, so that the reason is read out. */
function Output({ output, isLocked, isAsked, send }: OutputProps) {
  const { name, isOn, isUnconfirmed, text } = output
  const isOff = isLocked || isAsked
  const other = isOn === true ? 'on' : 'off'
  return (
    <li>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-label={name}
        aria-checked={isOn === true}
        aria-disabled={isOff}
        aria-describedby={isLocked ? `output-${name} outputs-locked` : `output-${name}`}
        data-unconfirmed={isUnconfirmed}
        onClick={() => {
          if (!isAsked) void send(name, isOn !== true)
        }}
      >
        <span class="knob" aria-hidden="true" />
        <b>{name}</b>
      </button>
      <span id={`output-${name}`} class={isUnconfirmed ? 'word warn' : 'word'} role="status">
        {text}
      </span>
      {isUnconfirmed && !isOff && (
        <button
          type="button"
          aria-label={`ask ${name} to be ${other}`}
          onClick={() => void send(name, isOn === true)}
        >
          ask for {other}
        </button>
      )}
    </li>
  )
}
