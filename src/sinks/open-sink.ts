import type { InfluxSettings } from './influx/influx-settings.ts'
import type { PostgresSettings } from './postgres/postgres-settings.ts'
import type { Sink } from './sink.ts'
import type { SinkPlan } from './sink-plan.ts'

/** What a sink talks to is loaded only where there is one of its kind. */
export async function openSink({ kind, settings }: SinkPlan): Promise<Sink> {
  switch (kind) {
    case 'influx': {
      const { InfluxSink } = await import('./influx/influx-sink.ts')
      return new InfluxSink(settings as InfluxSettings)
    }
    case 'postgres': {
      const { PostgresSink } = await import('./postgres/postgres-sink.ts')
      return new PostgresSink(settings as PostgresSettings)
    }
    default:
      throw new Error(`no sink ${kind}`)
  }
}
