import { capacityWh, START_CHARGE } from '../../mock/energy-store/energy-store.ts'
import { STAND_IN_DAY_S } from '../../mock/energy-store/stand-in.ts'
import type { WholeDevicePlan } from '../app/run-plan.ts'
import { STORE_CHANNELS } from '../domain/energy-store.ts'
import { parseChannel } from './channel-setting.ts'

/** What a virtual store knows beside what a real one measures. */
const VIRTUAL_CHANNELS = ['load_w:W:0..', 'loss_w:W:0..', 'stored_wh:Wh:0..']

/**
 * What is offered while an energy store does not answer: a device of its own, of which no option but its own speaks.
 *
 * @param store label of the real one
 */
export function standInFor(store: string): WholeDevicePlan {
  return {
    source: { kind: 'stand-in', standsFor: store },
    device: `${store}-virtual`,
    settings: [],
    range: {},
    channels: [...STORE_CHANNELS, ...VIRTUAL_CHANNELS.map((each) => parseChannel(each))],
    calibration: null,
    battery: {
      unit: 'mWh',
      capacity: 1000 * capacityWh(STAND_IN_DAY_S),
      startPercent: 100 * START_CHARGE,
    },
    pollMs: null,
    alarms: [],
  }
}
