import type { ServeParts } from '../parts.ts'
import { pollingRoute } from '../polling/polling-socket.ts'
import type { RestParts } from '../rest/rest-parts.ts'
import type { SocketRoute } from '../sockets.ts'
import type { WebApp } from '../web.ts'
import { addEarlier } from './earlier-routes.ts'
import { measurementsRoute } from './measurements.ts'
import { realtimeRoute } from './realtime.ts'

/** What clients of the earlier back end expect (contract, section 6), on the same port. */
export class Earlier {
  readonly sockets: readonly SocketRoute[]
  readonly #clients: () => number

  /** @param others clients of other kinds, for the count */
  constructor(parts: ServeParts, others: () => number) {
    const [measurements, realtime] = [measurementsRoute(parts), realtimeRoute(parts)]
    const polling = pollingRoute(parts)
    this.sockets = [measurements, realtime, polling]
    this.#clients = () => measurements.count() + realtime.count() + polling.count() + others()
  }

  addTo(app: WebApp, parts: RestParts): void {
    addEarlier(app, parts, this.#clients)
  }
}
