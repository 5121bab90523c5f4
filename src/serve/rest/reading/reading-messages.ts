import type { Channel } from '../../../domain/channels.ts'
import type { ExportFormat } from '../../../export/format-names.ts'
import type { ChannelRequest } from '../../../export/requested-channels.ts'
import type { LogRange, LogSpan } from '../../../storage/read/log-query.ts'
import type { ExportPage, ExportPlan } from './export-pages.ts'
import type { HistoryWish } from './history-rows.ts'
import type { RowPlace, RowsWish } from './rows.ts'
import type { SeriesWish } from './series.ts'

/** What is asked of the thread that reads the log for requests. */
export type ReadingQuestion =
  | { readonly type: 'devices' }
  | { readonly type: 'series'; readonly wish: SeriesWish }
  | { readonly type: 'rows'; readonly wish: RowsWish }
  | { readonly type: 'statistics'; readonly range: LogRange }
  /** @param limit the newest so many */
  | { readonly type: 'bursts'; readonly range: LogRange; readonly limit: number }
  | { readonly type: 'burst'; readonly id: number }
  | { readonly type: 'history'; readonly wish: HistoryWish }
  /** @param channels null: none */
  | {
      readonly type: 'export_plan'
      readonly range: LogRange
      readonly format: ExportFormat
      readonly channels: ChannelRequest | null
    }
  | { readonly type: 'export_page'; readonly plan: ExportPlan }

/** JSON that is made in the thread: long ones would hold up everybody else. */
export interface JsonAnswer {
  readonly bytes: Uint8Array
  /** A hash of it. */
  readonly tag: string
  /** Nothing of it is going to change, as far as one can know. */
  readonly isFinished: boolean
}

export type ReadingAnswer =
  | { readonly type: 'devices'; readonly devices: readonly LoggedDevice[] }
  | { readonly type: 'series'; readonly json: JsonAnswer }
  | { readonly type: 'rows'; readonly rows: readonly object[]; readonly next: RowPlace | null }
  | { readonly type: 'statistics'; readonly json: JsonAnswer }
  | { readonly type: 'bursts'; readonly json: JsonAnswer }
  /** @param json null: there is none of that number */
  | { readonly type: 'burst'; readonly json: JsonAnswer | null }
  | { readonly type: 'history'; readonly json: JsonAnswer }
  | { readonly type: 'export_plan'; readonly plan: ExportPlan; readonly header: string }
  | { readonly type: 'export_page'; readonly page: ExportPage }

/** What the log has of a device. */
export interface LoggedDevice {
  readonly device: string
  readonly span: LogSpan | null
  readonly channels: readonly Pick<Channel, 'id' | 'label' | 'unit'>[]
}
