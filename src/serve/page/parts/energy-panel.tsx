import { STORE } from '../../../domain/energy-store.ts'
import { balanceRemark, balanceWords, storedText } from '../../../figures/balance-words.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import { LOOK } from '../model/figures.ts'
import { staleWord } from '../model/words.ts'
import { Fact } from './state-line.tsx'
import { useNow, usePage, useSlice } from './use-page.ts'

/** Whether the device that is shown has one. */
export function useHasEnergy(): boolean {
  return useSlice(({ snapshot }) => snapshot !== null && snapshot.energyStore !== null)
}

/** A battery that says how full it is: what it holds, and what came in and went out. */
export function EnergyPanel() {
  const snapshot = useSlice((state) => state.snapshot)
  if (snapshot === null || snapshot.energyStore === null) return null
  return (
    <section class="panel energy" aria-label="Energy">
      <h2>Energy</h2>
      <Battery snapshot={snapshot} />
      <Balance snapshot={snapshot} store={snapshot.energyStore} />
    </section>
  )
}

function Battery({ snapshot }: { readonly snapshot: Snapshot }) {
  const { figures } = usePage()
  const link = useSlice((state) => state.link)
  const snapshotMs = useSlice((state) => state.snapshotMs)
  const nowMs = useNow(1000)
  if (snapshot.channels.every(({ id }) => id !== STORE.soc.id)) return null
  const stored = storedText(snapshot, figures, LOOK)
  const stale = staleWord(link, snapshot, Math.max(0, nowMs - snapshotMs))
  return (
    <dl class="facts" aria-label="Battery">
      <Fact
        name="stored"
        value={stored ?? 'capacity not known'}
        isBad={false}
        {...(stored === null && { title: 'serve --battery 512Wh says what it holds' })}
      />
      {stored !== null && stale !== null && <Fact name="state" value={stale} isBad />}
    </dl>
  )
}

interface BalanceProps {
  readonly snapshot: Snapshot
  readonly store: NonNullable<Snapshot['energyStore']>
}

function Balance({ snapshot, store }: BalanceProps) {
  const { figures } = usePage()
  const { unit, rows } = balanceWords(snapshot, figures, LOOK)
  const remark = balanceRemark(store, snapshot.nowUs)
  return (
    <>
      {rows.length > 0 && (
        <table class="figures balance" data-part="balance">
          <caption class="for-readers">
            Energy of the sun, what the battery has more, what loads and losses took, and of how
            much of the time the sun is known
          </caption>
          <thead>
            <tr>
              <td>{unit}</td>
              <th scope="col">sun</th>
              <th scope="col">battery</th>
              <th scope="col">used</th>
              <th scope="col">covered</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, sun, stored, used, isLeast, covered, isCovered }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{sun}</td>
                <td>{stored}</td>
                <td
                  title={isLeast ? 'at least: the sun was not measured all the while' : undefined}
                >
                  {isLeast && <span class="for-readers">at least </span>}
                  {isLeast && <span aria-hidden="true">≥ </span>}
                  {used}
                </td>
                <td class={isCovered ? undefined : 'warn'}>{covered}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {remark !== '' && <p class="dim">{remark}</p>}
    </>
  )
}
