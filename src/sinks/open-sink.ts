import type { InfluxSettings } from './influx/influx-settings.ts'
import type { Sink } from './sink.ts'
import type { SinkPlan } from './sink-plan.ts'

/** What a sink talks to is loaded only where there is one of its kind. */
export async function openSink({ kind, settings }: SinkPlan): Promise<Sink> {
  switch (kind) {
    case 'influx': {
      const { InfluxSink } = await import('./influx/influx-sink.ts')
      return new InfluxSink(settings as InfluxSettings)
    }
    default:
      throw new Error(`no sink ${kind}`)
  }
}
