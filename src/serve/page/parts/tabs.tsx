import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

interface Panel {
  readonly id: string
  readonly title: string
  /** Behind the title: what makes one look. */
  readonly badge?: ComponentChildren
  readonly body: ComponentChildren
}

/** Side by side where there is room, else one at a time under tabs. */
interface TabsProps {
  readonly panels: readonly Panel[]
  readonly isNarrow: boolean
}

export function Tabs({ panels, isNarrow }: TabsProps) {
  const [wanted, setWanted] = useState('')
  // Another device may have other panels.
  const chosen = (panels.find(({ id }) => id === wanted) ?? panels[0])?.id
  const step = (by: number): void => {
    const at = panels.findIndex(({ id }) => id === chosen)
    const next = panels[(at + by + panels.length) % panels.length]
    if (next === undefined) return
    setWanted(next.id)
    document.getElementById(`tab-${next.id}`)?.focus()
  }
  return (
    <div class="lower">
      {isNarrow && (
        <div
          class="tabs"
          role="tablist"
          aria-label="More of it"
          onKeyDown={({ key }) => {
            if (key === 'ArrowRight') step(1)
            if (key === 'ArrowLeft') step(-1)
          }}
        >
          {panels.map(({ id, title, badge }) => (
            <button
              key={id}
              id={`tab-${id}`}
              type="button"
              role="tab"
              aria-selected={id === chosen}
              aria-controls={`panel-${id}`}
              tabIndex={id === chosen ? 0 : -1}
              onClick={() => setWanted(id)}
            >
              {title}
              {badge}
            </button>
          ))}
        </div>
      )}
      {panels.map(({ id, title, body }) => (
        <section
          key={id}
          id={`panel-${id}`}
          class={`panel ${id}`}
          role={isNarrow ? 'tabpanel' : undefined}
          aria-label={title}
          hidden={isNarrow && id !== chosen}
        >
          {!isNarrow && <h2>{title}</h2>}
          {body}
        </section>
      ))}
    </div>
  )
}
