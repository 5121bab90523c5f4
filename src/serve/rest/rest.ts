import type { ServeParts } from '../parts.ts'
import type { WebApp } from '../web.ts'
import { addAlarms } from './alarms.ts'
import { addBursts } from './bursts.ts'
import { addCommands } from './commands.ts'
import { addDevices } from './devices.ts'
import { addLatest } from './latest.ts'
import { addMarkers } from './markers.ts'
import { LogReading } from './reading/log-reading.ts'
import { addRecords } from './records.ts'
import type { RestParts } from './rest-parts.ts'
import { addSamples } from './samples.ts'
import { addSeries } from './series.ts'
import { addSinks } from './sinks.ts'
import { addStatistics } from './statistics.ts'

/** The resources under `/api/v1`. */
export class Rest {
  readonly parts: RestParts

  constructor(parts: ServeParts) {
    this.parts = { ...parts, reading: parts.log === null ? null : new LogReading(parts.log.file) }
  }

  addTo(app: WebApp): void {
    addDevices(app, this.parts)
    addLatest(app, this.parts)
    addSeries(app, this.parts)
    addStatistics(app, this.parts)
    addSamples(app, this.parts)
    addRecords(app, this.parts)
    addBursts(app, this.parts)
    addAlarms(app, this.parts)
    addCommands(app, this.parts)
    addMarkers(app, this.parts)
    addSinks(app, this.parts)
  }

  async close(): Promise<void> {
    await this.parts.reading?.close()
  }
}
