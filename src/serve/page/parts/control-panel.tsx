import { useState } from 'preact/hooks'
import { isElectric } from '../../../domain/channels.ts'
import { usePage, useSlice } from './use-page.ts'

const INTERVALS_MS = [10, 20, 50, 100, 200, 500, 1000] as const

/** Settings and commands for the device. */
export function ControlPanel() {
  const page = usePage()
  const mayChange = useSlice(({ link }) => link.kind === 'open' && link.mayChange)
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null) return null
  // Whoever posts samples says by itself how often.
  const isStore = snapshot.energyStore !== null && !snapshot.channels.some(isElectric)
  return (
    <section class="panel control" aria-label="Device control">
      <h2>
        Device
        {mayChange && (
          <button type="button" onClick={() => page.forgetToken()}>
            lock
          </button>
        )}
      </h2>
      {mayChange ? (
        <>
          {!isStore && <Interval />}
          <Words />
        </>
      ) : (
        <p>
          <button type="button" onClick={() => page.dialog('token')} data-part="unlock">
            unlock with the token
          </button>
        </p>
      )}
    </section>
  )
}

function Interval() {
  const page = usePage()
  const device = useSlice((state) => state.device)
  const send = (text: string): void => {
    if (text === '') return
    const words = `interval=${text}`
    void page.control({ kind: 'send', device, words }, words)
  }
  return (
    <label class="field">
      <span>interval</span>
      <select
        onChange={({ currentTarget }) => {
          send(currentTarget.value)
          currentTarget.value = ''
        }}
      >
        <option value="">set to</option>
        {INTERVALS_MS.map((ms) => (
          <option key={ms} value={ms}>
            {ms} ms
          </option>
        ))}
      </select>
    </label>
  )
}

function Words() {
  const page = usePage()
  const device = useSlice((state) => state.device)
  const [words, setWords] = useState('')
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault()
        if (words.trim() === '') return
        void page.control({ kind: 'send', device, words }, words)
      }}
    >
      <label>
        <span>send</span>
        <input
          type="text"
          value={words}
          placeholder="averaging=8 save"
          spellcheck={false}
          autocomplete="off"
          maxLength={200}
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </label>
      <button type="submit">send</button>
    </form>
  )
}
