// The messages of `/api/v1/view`, one JSON text each (see wire.ts). The client asks, the server answers,
// so that a slow client asks less often. Shared with the web page: nothing of Node.

import type { Trace } from '../../chart/trace.ts'
import type { Burst } from '../../domain/burst.ts'
import type {
  DeviceNumber,
  FindRequest,
  Moment,
  Snapshot,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
  VIEW_VERSION,
  ViewControl,
} from '../../monitor/view.ts'
import type { Outcome } from '../../stream/carry-out.ts'
import type { Problem } from '../problem.ts'
import type { SavedFile, SaveRequest } from './save/save-messages.ts'
import type { WIRE_PROTOCOL } from './wire.ts'

export const VIEW_PATH = '/api/v1/view'

/** Settings and commands for a device, as `ina219 send` takes them. */
export interface SendRequest {
  readonly device: DeviceNumber
  readonly words: string
}

/** What is asked, as it is sent, and what answers it: the methods of `View`, and what it lacks. */
export interface Asked {
  readonly snapshot: {
    readonly request: { readonly device: number }
    readonly answer: Snapshot
  }
  readonly trace: { readonly request: TraceRequest; readonly answer: Trace }
  readonly statistics: { readonly request: StatisticsRequest; readonly answer: SpanStatistics }
  readonly burst: { readonly request: { readonly device: number }; readonly answer: Burst | null }
  readonly find: { readonly request: FindRequest; readonly answer: Moment | null }
  /** Needs the token. */
  readonly control: { readonly request: ViewControl; readonly answer: string }
  /** As `control` of kind `send`, for programs. Needs the token. */
  readonly send: { readonly request: SendRequest; readonly answer: readonly Outcome[] }
  /** What is to stand in a file, which the viewer writes. */
  readonly save: { readonly request: SaveRequest; readonly answer: SavedFile }
}
export type AskedKind = keyof Asked

/** Numbers the questions of a connection. */
export type QuestionId = number

export type ClientMessage =
  /** At any time: to be let in, or to be allowed to change something. */
  | { readonly type: 'token'; readonly token: string }
  | {
      [Kind in AskedKind]: {
        readonly id: QuestionId
        readonly ask: Kind
        readonly request: Asked[Kind]['request']
      }
    }[AskedKind]

export type ServerMessage =
  /** First of all, and again after each right token. */
  | Hello
  /** In place of the hello: reading from there needs it. */
  | { readonly type: 'token_wanted' }
  /** The token is wrong, or the client speaks something else: the connection is closed. */
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly id: QuestionId; readonly answer: unknown }
  | { readonly id: QuestionId; readonly problem: Problem }

export interface Hello {
  readonly type: 'hello'
  readonly protocol: typeof WIRE_PROTOCOL
  readonly view: typeof VIEW_VERSION
  /** Of ina219. */
  readonly version: string
  /** The token was shown: `control` is allowed. */
  readonly mayChange: boolean
}

/** Questions of a connection that may be under way; further ones are answered with a problem. */
export const MOST_UNDER_WAY = 32

/** Why the server closes a connection. */
export const CLOSE = {
  /** The server ends, or is started again. */
  away: 1001,
  /** What came is no message of this protocol. */
  unknown: 4400,
  /** The token is wrong. */
  token: 4401,
  /** It does not take its answers, or sent no token. */
  slow: 4408,
  /** Too many wrong tokens from there. */
  tries: 4429,
} as const
