import { Counter, Gauge, Registry } from 'prom-client'
import { isReached, type SinkStatus } from '../../domain/sink-status.ts'
import { devicesInRun } from '../../monitor/simulators.ts'
import type { PlcView, Snapshot } from '../../monitor/view.ts'
import type { Ledger } from '../../stream/ledger.ts'
import type { ServeParts } from '../parts.ts'

/** Counters of the ledger, by the names that Prometheus gives such things (base units, `_total`). */
const LEDGER: readonly (readonly [keyof Ledger, name: string, help: string])[] = [
  ['lines', 'lines_total', 'Lines received, empty ones included'],
  ['samples', 'samples_total', 'Accepted samples whose values are in range'],
  ['out_of_range', 'out_of_range_samples_total', 'Accepted samples that are marked out of range'],
  ['duplicates', 'duplicates_total', 'Samples that had been received before'],
  ['malformed', 'malformed_lines_total', 'Lines that are no frame'],
  ['crc_errors', 'crc_errors_total', 'Lines whose CRC is wrong or missing'],
  ['overlong', 'overlong_lines_total', 'Lines of more than 512 bytes'],
  ['control', 'control_lines_total', 'Lines that are no sample'],
  ['logged', 'logged_samples_total', 'Samples that are committed to the log'],
  ['gaps', 'gaps_total', 'Ranges of missing samples that were found'],
  ['recovered', 'recovered_samples_total', 'Samples received after having been asked for again'],
  ['reboots', 'restarts_total', 'Restarts of the device'],
  ['nacks_sent', 'nacks_sent_total', 'Requests to send samples again'],
  ['commands_acked', 'commands_acked_total', 'Commands that the device carried out'],
  ['bytes', 'received_bytes_total', 'Bytes received'],
]

const COULOMBS_PER_MAH = 3.6
const JOULES_PER_MWH = 3.6

/** Values of the electric channels, as Prometheus names quantities: unit in full, in the plural. */
const ELECTRIC: readonly (readonly [id: string, name: string, help: string])[] = [
  ['v', 'voltage_volts', 'Bus voltage of the newest sample'],
  ['a', 'current_amperes', 'Current of the newest sample, signed'],
  ['w', 'power_watts', 'Power of the newest sample, signed'],
]

/** Those who look on just now. */
export interface Watchers {
  /** Of the live stream. */
  readonly viewers: () => number
  /** null: nobody can be one */
  readonly socketIoClients: () => number | null
}

/**
 * What Prometheus reads of a run. A scrape sees moments: charge, energy and losses are counters, so
 * that nothing between two scrapes is missing in them. A value that is not measured just now, or
 * whose device is silent, is left out and never repeated.
 */
export class Metrics {
  readonly #parts: ServeParts
  readonly #watchers: Watchers
  readonly #registry = new Registry()
  /** By number of the device: losses that were reported; a late sample takes none of them back. */
  readonly #lost = new Map<number, number>()
  readonly #late = new Map<number, number>()

  constructor(parts: ServeParts, watchers: Watchers) {
    this.#parts = parts
    this.#watchers = watchers
    parts.hub.bus.subscribe({
      lost: (number, count) => this.#lost.set(number, (this.#lost.get(number) ?? 0) + count),
      sample: (number, { origin }) => {
        if (origin === 'late') this.#late.set(number, (this.#late.get(number) ?? 0) + 1)
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus, 0.0.4. */
  async text(): Promise<string> {
    const { hub, view } = this.#parts
    const snapshots = await Promise.all(
      devicesInRun(hub).map(({ number }) => view.snapshot(number)),
    )
    // Anew each time: a device that changes its name leaves no series of the old one behind.
    this.#registry.clear()
    this.#process(snapshots[0] ?? null)
    this.#devices(snapshots)
    this.#polling(snapshots[0]?.plcs ?? [])
    this.#sinks(snapshots[0]?.sinks ?? [])
    return this.#registry.metrics()
  }

  #process(snapshot: Snapshot | null): void {
    const { version, hub, clock } = this.#parts
    this.#gauge('build_info', 'Version of ina219; always 1', ['version']).set({ version }, 1)
    this.#gauge('start_time_seconds', 'Start of the run, Unix time').set(hub.startedUs / 1e6)
    this.#gauge('time_seconds', 'Clock of the host, Unix time').set(clock.wallMs() / 1000)
    this.#gauge('viewers', 'Viewers of the live stream').set(this.#watchers.viewers())
    const socketIo = this.#watchers.socketIoClients()
    if (socketIo !== null) {
      this.#gauge('socket_io_clients', 'Clients over Socket.IO').set(socketIo)
    }
    this.#gauge('resident_memory_bytes', 'Memory of the process').set(process.memoryUsage.rss())
    const { user, system } = process.cpuUsage()
    this.#counter('cpu_seconds_total', 'CPU time of the process').inc((user + system) / 1e6)
    const log = snapshot?.log ?? null
    if (log === null) return
    const state = this.#gauge('log_state', 'State of the log; 1 for the one that is', ['state'])
    for (const kind of ['recording', 'spilling', 'failed']) {
      state.set({ state: kind }, log.kind === kind ? 1 : 0)
    }
    this.#gauge('log_size_bytes', 'Database and WAL').set(log.bytes)
    this.#gauge('log_queued_samples', 'Samples not yet committed').set(log.queued)
  }

  #devices(snapshots: readonly Snapshot[]): void {
    const labels = ['device']
    const of = (name: string, help: string, more: string[] = []): Gauge =>
      this.#gauge(name, help, [...labels, ...more])
    const up = of('device_up', '1 while the source of the device is live')
    const newest = of('sample_timestamp_seconds', 'Time of the newest sample, Unix time')
    const rate = of('sample_rate_hertz', 'Samples a second')
    const channel = of('channel_value', 'Newest value of a further channel', ['channel', 'unit'])
    const alarm = of('alarm_active', '1 while the condition of the alarm holds', ['alarm'])
    const isOn = of('output_on', '1 while the switched output is on, as reported', ['output'])
    const isOpen = of('output_unconfirmed', '1 while a change was asked for and is not reported', [
      'output',
    ])
    const electric = ELECTRIC.map(([id, name, help]) => [id, of(name, help)] as const)
    const charge = this.#counter('charge_coulombs_total', 'Charge, by direction', [
      ...labels,
      'direction',
    ])
    const energy = this.#counter('energy_joules_total', 'Energy, by direction', [
      ...labels,
      'direction',
    ])
    const ledger = LEDGER.map(
      ([key, name, help]) => [key, this.#counter(name, help, labels)] as const,
    )
    const lost = this.#counter('lost_total', 'Samples that were reported as lost', labels)
    const late = this.#counter('late_total', 'Lost samples that were received after all', labels)
    for (const snapshot of snapshots) {
      const { device, number, totals } = snapshot
      up.set({ device }, snapshot.source.state === 'live' ? 1 : 0)
      rate.set({ device }, snapshot.rate)
      if (snapshot.sampleUs !== null) newest.set({ device }, snapshot.sampleUs / 1e6)
      const values = currentValues(snapshot)
      for (const [id, gauge] of electric) {
        const value = values[id]
        if (value !== undefined) gauge.set({ device }, value)
      }
      for (const { id, unit, quantity } of snapshot.channels) {
        const value = values[id]
        if (quantity === null && value !== undefined)
          channel.set({ device, channel: id, unit }, value)
      }
      for (const { name, state } of snapshot.alarms) {
        alarm.set({ device, alarm: name }, state === 'on' || state === 'acknowledged' ? 1 : 0)
      }
      for (const [output, state] of Object.entries(snapshot.outputs ?? {})) {
        isOn.set({ device, output }, state ? 1 : 0)
        isOpen.set({ device, output }, output in snapshot.unconfirmed ? 1 : 0)
      }
      const { chargeForwardMah, chargeBackwardMah, energyForwardMwh, energyBackwardMwh } = totals
      count(charge, device, 'forward', chargeForwardMah, COULOMBS_PER_MAH)
      count(charge, device, 'backward', chargeBackwardMah, COULOMBS_PER_MAH)
      count(energy, device, 'forward', energyForwardMwh, JOULES_PER_MWH)
      count(energy, device, 'backward', energyBackwardMwh, JOULES_PER_MWH)
      for (const [key, counter] of ledger) counter.inc({ device }, Number(snapshot.ledger[key]))
      lost.inc({ device }, this.#lost.get(number) ?? 0)
      late.inc({ device }, this.#late.get(number) ?? 0)
    }
  }

  #polling(plcs: readonly PlcView[]): void {
    if (plcs.length === 0) return
    const labels = ['device', 'group']
    const of = (name: string, help: string): Gauge => this.#gauge(`poll_${name}`, help, labels)
    const running = of('group_running', '1 while the polling group has its turns')
    const seconds = of('turn_seconds', 'How long its newest turn took')
    const failing = of('failing_tags', 'Tags that could not be read in its newest turn')
    const turns = this.#counter('poll_turns_total', 'Turns, by what became of them', [
      ...labels,
      'result',
    ])
    const open = this.#gauge('poll_connections', 'Open connections to the PLC', ['device'])
    for (const { device, plc, groups } of plcs) {
      open.set({ device }, plc.open)
      for (const { name: group, lastTurnMs, ...status } of groups) {
        running.set({ device, group }, status.isRunning ? 1 : 0)
        failing.set({ device, group }, status.failingTags)
        if (lastTurnMs !== null) seconds.set({ device, group }, lastTurnMs / 1000)
        turns.inc({ device, group, result: 'read' }, status.turns)
        turns.inc({ device, group, result: 'failed' }, status.failedTurns)
        turns.inc({ device, group, result: 'skipped' }, status.skippedTurns)
      }
    }
  }

  /** Rates and times are of the last five minutes. */
  #sinks(sinks: readonly SinkStatus[]): void {
    if (sinks.length === 0) return
    const labels = ['sink', 'kind']
    const of = (name: string, help: string, more: string[] = []): Gauge =>
      this.#gauge(`sink_${name}`, help, [...labels, ...more])
    const total = (name: string, help: string): Counter =>
      this.#counter(`sink_${name}_total`, help, labels)
    const up = of('up', '1 while the sink is reached')
    const queue = of('queued_samples', 'Samples still to send')
    const lag = of('lag_seconds', 'From the oldest to the newest sample still to send')
    const rate = of('samples_per_second', 'Samples acknowledged a second, of 5 minutes')
    const batch = of('batch_seconds', 'Time of a batch, of 5 minutes', ['figure'])
    const success = of('success_ratio', 'Batches that succeeded of all attempts, of 5 minutes')
    const trouble = of('last_error_timestamp_seconds', 'Time of the last failure, Unix time')
    const sent = total('samples', 'Samples that the sink has acknowledged')
    const records = total('records', 'Events, losses and runs that the sink has acknowledged')
    const refused = total('refused_rows', 'Rows that the sink refuses, set aside in a file')
    const missed = total(
      'missed_samples',
      'Samples that the retention deleted before they were sent',
    )
    for (const { name, kind, unsentUs, traffic, lastError, ...each } of sinks) {
      const own = { sink: name, kind }
      up.set(own, isReached(each) ? 1 : 0)
      queue.set(own, each.queued)
      lag.set(own, unsentUs === null ? 0 : (unsentUs[1] - unsentUs[0]) / 1e6)
      rate.set(own, traffic.rowsPerSecond)
      const { batches, failures, batchMsAvg, batchMsMax } = traffic
      if (batchMsAvg !== null) batch.set({ ...own, figure: 'avg' }, batchMsAvg / 1000)
      if (batchMsMax !== null) batch.set({ ...own, figure: 'max' }, batchMsMax / 1000)
      if (batches + failures > 0) success.set(own, batches / (batches + failures))
      if (lastError !== null) trouble.set(own, lastError.atMs / 1000)
      sent.inc(own, each.samples)
      records.inc(own, each.records)
      refused.inc(own, each.refused)
      missed.inc(own, each.missed)
    }
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: `ina219_${name}`, help, labelNames, registers: [this.#registry] })
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `ina219_${name}`, help, labelNames, registers: [this.#registry] })
  }
}

/** Of a device that is live, where its newest sample was measured; none otherwise. */
function currentValues({
  source,
  values,
  valuesUs,
  sampleUs,
}: Snapshot): Readonly<Record<string, number>> {
  return source.state === 'live' && valuesUs === sampleUs && values !== null ? values : {}
}

/** @param amount null: not known; of the other direction it is negative */
function count(
  counter: Counter,
  device: string,
  direction: 'forward' | 'backward',
  amount: number | null,
  perUnit: number,
): void {
  if (amount !== null) counter.inc({ device, direction }, Math.abs(amount) * perUnit)
}
