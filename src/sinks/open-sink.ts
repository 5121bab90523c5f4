import type { InfluxSettings } from './influx/influx-settings.ts'
import type { MqttSettings } from './mqtt/mqtt-settings.ts'
import { noOrders, type Orders } from './orders.ts'
import type { PostgresSettings } from './postgres/postgres-settings.ts'
import type { Sink } from './sink.ts'
import type { SinkPlan } from './sink-plan.ts'

/** What a sink talks to is loaded only where there is one of its kind. @param orders where it asks for something */
export async function openSink(
  { kind, settings }: SinkPlan,
  orders: Orders = noOrders,
): Promise<Sink> {
  switch (kind) {
    case 'influx': {
      const { InfluxSink } = await import('./influx/influx-sink.ts')
      return new InfluxSink(settings as InfluxSettings)
    }
    case 'postgres': {
      const { PostgresSink } = await import('./postgres/postgres-sink.ts')
      return new PostgresSink(settings as PostgresSettings)
    }
    case 'mqtt': {
      const { MqttSink } = await import('./mqtt/mqtt-sink.ts')
      return new MqttSink(settings as MqttSettings, orders)
    }
    default:
      throw new Error(`no sink ${kind}`)
  }
}
