import { offerOf } from '../../../figures/offer.ts'
import { usePage, useSlice } from './use-page.ts'

/** Where nothing comes from a device that a virtual one can stand in for: that one, a device of its own. */
export function OfferLine() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  const offer = snapshot && offerOf(snapshot)
  if (offer === null) return null
  const { number, device, isRunning } = offer
  const start = async (): Promise<void> => {
    const control = { kind: 'simulator', device: number, order: 'start' } as const
    if (await page.control(control, `start ${device}`)) page.showDevice(number)
  }
  return (
    <p class="notice pending" data-part="offer">
      <span>
        {isRunning
          ? `${device} runs in its place: nothing of it is measured.`
          : `Nothing comes from ${snapshot?.device}. ${device} can stand in for it: a virtual one, as a device of its own.`}
      </span>
      {isRunning ? (
        <button type="button" onClick={() => page.showDevice(number)}>
          show it
        </button>
      ) : (
        <button type="button" onClick={() => void start()}>
          start it
        </button>
      )}
    </p>
  )
}

/** A virtual device can be ended, and begun again. */
export function SimulatorButton() {
  const page = usePage()
  const snapshot = useSlice((state) => state.snapshot)
  const simulator = snapshot?.source.simulator
  if (snapshot === null || simulator === undefined) return null
  const order = simulator.isRunning ? 'stop' : 'start'
  return (
    <button
      type="button"
      data-part="simulator"
      onClick={() => {
        const { number: device } = snapshot
        void page.control({ kind: 'simulator', device, order }, `${order} ${snapshot.device}`)
      }}
    >
      {order}
    </button>
  )
}
