import type { LiveDevice } from '../domain/live-device.ts'
import type { AlarmWatch } from '../monitor/alarm-watch.ts'
import type { Hub, HubDevice } from '../monitor/hub.ts'
import { sendOutcomes } from '../monitor/send-words.ts'
import { devicesInRun } from '../monitor/simulators.ts'
import type { OrderAnswer, SinkOrder } from '../sinks/orders.ts'
import type { SinkThread } from '../sinks/sink-thread.ts'
import { isOk } from '../stream/carry-out.ts'
import { outcomeMembers } from '../stream/outcome-members.ts'
import { adviceText, asInaError } from '../util/errors.ts'

const SHOWN_MS = 1000

export interface SinkDevices {
  readonly hub: Hub
  /** null: there are no rules */
  readonly alarms: AlarmWatch | null
}

/**
 * The devices of a run for sinks that show them as they are now, and that pass on what somebody wants done with them.
 *
 * @returns to be called at the end
 */
export function showDevices(sinks: SinkThread, parts: SinkDevices): () => void {
  const show = (): void => {
    sinks.live(devicesInRun(parts.hub).map((each) => liveDevice(each, parts)))
  }
  sinks.onOrder((order) => carryOutOrder(order, parts))
  const timer = setInterval(show, SHOWN_MS)
  return () => {
    clearInterval(timer)
    show()
  }
}

function liveDevice(
  { number, stream, state }: HubDevice,
  { hub, alarms }: SinkDevices,
): LiveDevice {
  const { newest, channels, totals } = state
  const ledger = hub.ledgerOf(stream)
  const sampleUs = newest?.sample.timeUs ?? null
  return {
    device: stream.device,
    state: state.source.state,
    firmware: stream.firmware,
    sampleUs,
    values: state.valuesUs === sampleUs ? state.values : null,
    status: newest?.sample.status ?? '',
    channels: channels.map(({ id, label, unit }) => ({ id, label, unit })),
    totals: { sinceUs: totals.sinceUs, chargeMah: totals.chargeMah, energyMwh: totals.energyMwh },
    alarms: (alarms?.views(number) ?? []).map(({ name, state }) => ({ name, state })),
    outputs: stream.outputs,
    unconfirmed: Object.keys(stream.unconfirmed),
    link: {
      rate: state.rateAt(stream.nowUs()),
      samples: ledger.samples + ledger.out_of_range,
      lost: ledger.lost,
      recovered: ledger.recovered,
      badLines: ledger.malformed + ledger.crc_errors + ledger.overlong,
      reboots: ledger.reboots,
      log: ledger.log_state,
    },
  }
}

/** As `POST /api/v1/commands`, `totals/reset` and `alarms/{name}/ack` do it. Never fails. */
async function carryOutOrder(order: SinkOrder, { hub, alarms }: SinkDevices): Promise<OrderAnswer> {
  const found = hub.devices.find(({ stream }) => stream.device === order.device)
  if (found === undefined) {
    return { isOk: false, text: `there is no device '${order.device}' any more` }
  }
  const { number, stream } = found
  try {
    switch (order.kind) {
      case 'note':
        stream.report('sink', order.text)
        return { isOk: true, text: '' }
      case 'totals_reset':
        hub.resetTotals(number)
        return { isOk: true, text: 'charge and energy start again at 0' }
      case 'alarm_ack': {
        const count = alarms?.acknowledge(number, order.name) ?? 0
        return { isOk: true, text: count === 0 ? 'nothing to acknowledge' : 'acknowledged' }
      }
      case 'words': {
        const outcomes = await sendOutcomes(hub, number, order.words)
        return {
          isOk: outcomes.every(({ answer }) => answer !== null && isOk(answer)),
          text: outcomes.map(({ text, said }) => `${text}: ${said}`).join('; '),
          outcomes: outcomes.map(outcomeMembers),
        }
      }
    }
  } catch (error) {
    return { isOk: false, text: adviceText(asInaError(error)) }
  }
}
