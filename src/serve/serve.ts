import { getRequestListener } from '@hono/node-server'
import { Access } from './access/access.ts'
import { PeerLimits } from './access/peer-limits.ts'
import { openTokenFile } from './access/token.ts'
import { Earlier } from './earlier/earlier.ts'
import { limited } from './floodgate.ts'
import { HttpServers } from './http-server.ts'
import { Live } from './live/live.ts'
import { liveSocket } from './live/live-socket.ts'
import type { ServeParts } from './parts.ts'
import { pollingRoute } from './polling/polling-socket.ts'
import { Rest } from './rest/rest.ts'
import type { ServePlan } from './serve-plan.ts'
import type { SocketIo } from './socket-io/socket-io.ts'
import { makeSockets } from './sockets.ts'
import { TlsKeys } from './tls.ts'
import { viewRoute } from './view/view-route.ts'
import { answerUnroutable, makeWebApp } from './web-app.ts'

/** A server that runs. */
export interface Serving {
  /** Where, as a browser or `--connect` takes it. */
  readonly addresses: readonly string[]
  /** Viewers are told that it ends, and let go. */
  close(): Promise<void>
}

/**
 * Opens the doors of a running monitor.
 *
 * @throws InaError usage_invalid: an address or a file of TLS can't be used; config_invalid: the token's file
 */
export async function startServing(
  plan: ServePlan,
  given: Omit<ServeParts, 'access' | 'energyStore'>,
): Promise<Serving> {
  const keys = plan.tls === null ? null : new TlsKeys(plan.tls)
  const monoMs = (): number => given.clock.monoMs()
  const access = new Access({
    token: openTokenFile(plan.tokenFile),
    allowOrigins: plan.allowOrigins,
    allowFrom: plan.allowFrom,
    monoMs,
  })
  const parts: ServeParts = { ...given, access, energyStore: plan.energyStore }
  const socketIo = plan.socketIo ? await openSocketIo(parts) : null
  const live = new Live(parts)
  const rest = new Rest(parts)
  const polling = pollingRoute(parts)
  const earlier = new Earlier(parts, () => polling.count() + (socketIo?.clients ?? 0))
  const app = makeWebApp(parts, { live, rest, earlier, socketIo })
  const routes = [liveSocket(live, access), viewRoute(parts), ...earlier.sockets, polling]
  const sockets = makeSockets(routes, access, socketIo)
  const limits = new PeerLimits(monoMs)
  const servers = new HttpServers(limits)
  const answer = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) => answerUnroutable(error, given.report),
  })
  const listeners = limited(limits, {
    request: (incoming, outgoing) => {
      if (socketIo?.takes(incoming) === true) return socketIo.request(incoming, outgoing)
      return answer(incoming, outgoing)
    },
    upgrade: sockets.upgrade,
  })
  try {
    const addresses = await servers.listen(plan.listen, keys, listeners)
    if (keys !== null) servers.watch(keys, given.report)
    return {
      addresses,
      close: async () => {
        sockets.close()
        await socketIo?.close()
        await live.close()
        await rest.close()
        await servers.close()
      },
    }
  } catch (error) {
    await socketIo?.close()
    await live.close()
    await servers.close()
    throw error
  }
}

/** Loaded only where it is asked for. */
async function openSocketIo(parts: ServeParts): Promise<SocketIo> {
  const { SocketIo } = await import('./socket-io/socket-io.ts')
  return new SocketIo(parts)
}
