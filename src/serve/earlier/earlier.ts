import type { ServeParts } from '../parts.ts'
import type { RestParts } from '../rest/rest-parts.ts'
import type { SocketRoute } from '../socket-route.ts'
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
    this.sockets = [measurements, realtime]
    this.#clients = () => measurements.count() + realtime.count() + others()
  }

  addTo(app: WebApp, parts: RestParts): void {
    addEarlier(app, parts, this.#clients)
  }
}
