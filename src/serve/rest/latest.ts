import { createRoute, z } from '@hono/zod-openapi'
import { averageOf } from '../../export/printed-figures.ts'
import type { EnergyStoreView, Snapshot } from '../../monitor/view.ts'
import type { BatteryCapacity } from '../../stats/battery.ts'
import type { WindowStats } from '../../stats/live-statistics.ts'
import { formatIso } from '../../util/time-text.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { ChannelSchema, SourceSchema } from './devices.ts'
import { Device } from './queries.ts'
import { type RestParts, runningDevices } from './rest-parts.ts'

const Amount = z.number().nullable()
const Balance = z.object({
  span: z.enum(['today', '24h', '48h']).openapi({
    description: 'today begins at midnight where the server is',
  }),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  solar_mwh: Amount.openapi({ description: 'what the panel gave; null: nothing is known' }),
  covered_s: z.number().openapi({ description: 'time that this is known of' }),
  soc_first: Amount.openapi({ description: 'first state of charge in the span, %' }),
  soc_last: Amount,
  stored_mwh: Amount.openapi({ description: 'what the battery holds more than at soc_first' }),
  used_mwh: Amount.openapi({ description: 'solar_mwh less stored_mwh: loads and losses' }),
  used_is_least: z.boolean().openapi({ description: 'the panel was not measured all the while' }),
})
const EnergyStore = z.object({
  soc: Amount.openapi({ description: '%' }),
  capacity_mwh: Amount.openapi({ description: 'of --battery; null: not said, or in mAh' }),
  capacity_mah: Amount,
  stored_mwh: Amount.openapi({ description: 'soc times capacity' }),
  stored_mah: Amount,
  balances: z.array(Balance).nullable().openapi({
    description: 'from the log; null: being read for the first time',
  }),
})
const Latest = z
  .object({
    device: z.string(),
    source: SourceSchema,
    time: z.iso
      .datetime()
      .nullable()
      .openapi({ description: 'of the newest sample; null: none yet' }),
    ts: Amount.openapi({ description: 'the same, Unix seconds' }),
    age_s: Amount.openapi({ description: 'how old it is, by the clock of the server' }),
    seq: z.number().int().nullable(),
    status: z.string().nullable(),
    mode: z.string().nullable(),
    virtual: z.boolean().openapi({ description: 'made up: nothing of it was measured' }),
    values: z
      .record(z.string(), z.number())
      .nullable()
      .openapi({
        description: 'of the newest sample, by channel id; null: it was not measured',
        example: { v: 5.053, a: 1.104, w: 5.577 },
      }),
    channels: z.array(ChannelSchema),
    rate: z.number().openapi({ description: 'samples a second' }),
    lost: z.number().int(),
    windows: z.array(
      z.object({
        seconds: z.number(),
        since: z.iso.datetime().optional().openapi({
          description: 'where what it holds begins, if that is later than the window does',
        }),
        samples: z.number().int(),
        channels: z.record(z.string(), z.object({ min: z.number(), avg: Amount, max: z.number() })),
      }),
    ),
    totals: z.object({
      since: z.iso.datetime(),
      elapsed_s: z.number(),
      covered_s: z.number(),
      counted_s: z.number().openapi({ description: 'of that, counted by the device itself' }),
      bridged_s: z.number().openapi({ description: 'of that, in gaps between samples' }),
      charge_mah: z.number(),
      charge_forward_mah: Amount,
      charge_backward_mah: Amount,
      energy_mwh: z.number(),
      energy_forward_mwh: Amount,
      energy_backward_mwh: Amount,
    }),
    energy_store: EnergyStore.nullable().openapi({
      description: 'null: it measures not both a state of charge and a panel',
    }),
    alarms: z.object({ active: z.number().int(), raised: z.number().int() }),
  })
  .openapi('Latest')

const Query = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of this run' }),
})

/** What the terminal shows of each device now. */
export function addLatest(app: WebApp, parts: RestParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/latest',
    summary: 'Newest values, windows and totals, as the terminal has them',
    middleware: requires(parts.access, 'read'),
    request: { query: Query },
    responses: {
      200: {
        description: 'the devices of this run',
        content: { 'application/json': { schema: z.object({ devices: z.array(Latest) }) } },
      },
      ...problems([400, 'a mistake in the query'], [404, 'no such device']),
    },
  })
  app.openapi(route, async (c) => {
    const { device } = c.req.valid('query')
    const sought = runningDevices(parts, device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const snapshots = await Promise.all(
      sought.found.map(({ number }) => parts.view.snapshot(number)),
    )
    const devices = snapshots.map((each) => latestOf(parts, each))
    return c.json({ devices }, 200, { 'Cache-Control': 'no-store' })
  })
}

function latestOf({ hub }: RestParts, snapshot: Snapshot): z.infer<typeof Latest> {
  const { number, device, source, sampleUs, values, valuesUs, totals } = snapshot
  const seq = hub.devices[number]?.state.newest?.sample.seq ?? null
  return {
    device,
    source,
    time: sampleUs === null ? null : formatIso(sampleUs),
    ts: sampleUs === null ? null : sampleUs / 1e6,
    age_s: sampleUs === null ? null : Math.round((snapshot.nowUs - sampleUs) / 1000) / 1000,
    seq,
    status: sampleUs === null ? null : snapshot.status,
    mode: snapshot.mode,
    virtual: source.isVirtual === true,
    values: valuesUs === sampleUs ? values : null,
    channels: snapshot.channels.map(({ id, label, unit }) => ({ id, label, unit })),
    rate: snapshot.rate,
    lost: snapshot.ledger.lost,
    windows: snapshot.windows.map(windowOf),
    totals: {
      since: formatIso(totals.sinceUs),
      elapsed_s: totals.elapsedS,
      covered_s: totals.coveredS,
      counted_s: totals.countedS,
      bridged_s: totals.bridgedS,
      charge_mah: totals.chargeMah,
      charge_forward_mah: totals.chargeForwardMah,
      charge_backward_mah: totals.chargeBackwardMah,
      energy_mwh: totals.energyMwh,
      energy_forward_mwh: totals.energyForwardMwh,
      energy_backward_mwh: totals.energyBackwardMwh,
    },
    energy_store: snapshot.energyStore && storeMembers(snapshot.energyStore),
    alarms: snapshot.devices[number]?.alarms ?? { active: 0, raised: 0 },
  }
}

function storeMembers({
  soc,
  capacity,
  stored,
  balances,
}: EnergyStoreView): z.infer<typeof EnergyStore> {
  const isIn = (unit: BatteryCapacity['unit']): boolean => capacity?.unit === unit
  return {
    soc,
    capacity_mwh: isIn('mWh') ? (capacity?.capacity ?? null) : null,
    capacity_mah: isIn('mAh') ? (capacity?.capacity ?? null) : null,
    stored_mwh: isIn('mWh') ? stored : null,
    stored_mah: isIn('mAh') ? stored : null,
    balances:
      balances?.map((each) => ({
        span: each.span,
        from: formatIso(each.fromUs),
        to: formatIso(each.toUs),
        solar_mwh: each.solarMwh,
        covered_s: each.coveredS,
        soc_first: each.socFirst,
        soc_last: each.socLast,
        stored_mwh: each.storedMwh,
        used_mwh: each.usedMwh,
        used_is_least: each.isLeast,
      })) ?? null,
  }
}

function windowOf({ seconds, sinceUs, samples, stats }: WindowStats) {
  const channels = Object.entries(stats).map(([id, own]) => {
    const { min, max } = own
    return [id, { min, avg: averageOf(own), max }] as const
  })
  const since = sinceUs === undefined ? {} : { since: formatIso(sinceUs) }
  return { seconds, ...since, samples, channels: Object.fromEntries(channels) }
}
