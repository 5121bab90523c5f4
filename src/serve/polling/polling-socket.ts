import { orderGroups, triggerGroup } from '../../monitor/polling.ts'
import { POLLING_ORDERS, type PollingOrder } from '../../monitor/view.ts'
import { isRecord } from '../../util/records.ts'
import { type EarlierClient, EarlierClients } from '../earlier/earlier-socket.ts'
import type { ServeParts } from '../parts.ts'
import { problem, problemOf } from '../problem.ts'
import type { SocketRoute } from '../socket-route.ts'
import { pollingProblem } from './polling-problem.ts'
import { groupOf, pollingStatus, rounded } from './status.ts'

const EVERY_MS = 1000

/** `/ws/polling`: how the groups are doing, each second; and orders for them, of who may write there. */
export function pollingRoute(parts: ServeParts): SocketRoute & { readonly count: () => number } {
  const { hub } = parts
  let timer: NodeJS.Timeout | undefined
  const clients = new EarlierClients(parts, () => {
    if (clients.count > 0) timer ??= setInterval(tell, EVERY_MS)
    else {
      clearInterval(timer)
      timer = undefined
    }
  })
  const statusText = (): string =>
    JSON.stringify({ type: 'polling_status', data: pollingStatus(hub) })
  const tell = (): void => {
    let text: string | null = null
    for (const client of clients.all()) {
      text ??= statusText()
      client.send(text)
    }
  }
  const route = clients.route(
    '/ws/polling',
    (client) => client.send(statusText()),
    (client, text) => {
      void answer(parts, client, text).then((told) => client.send(JSON.stringify(told)))
    },
  )
  return {
    ...route,
    close: () => {
      clearInterval(timer)
      route.close()
    },
    count: () => clients.count,
  }
}

async function answer(parts: ServeParts, client: EarlierClient, text: string): Promise<object> {
  const order = orderIn(text)
  if (order === null) {
    const hint = 'send such as {"type":"trigger","group":"power"}'
    return errorOf(problem(400, 'input-invalid', 'that is no order for polling groups', hint))
  }
  const refusal = client.changeRefusal()
  if (refusal !== null) {
    const hint = 'send {"type":"token","token":"..."} first'
    return errorOf(problem(refusal.status, 'token-missing', refusal.message, hint))
  }
  const { type, group } = order
  try {
    if (type !== 'trigger') {
      const groups = orderGroups(parts.hub, type, group).map(groupOf)
      return { type: `${type}_result`, success: true, groups }
    }
    const { group: of, outcome } = await triggerGroup(parts.hub, group ?? '')
    const who = { type: 'trigger_result', group: of.status.name, plc: of.plc }
    return outcome.kind === 'failed'
      ? { ...who, success: false, message: outcome.reason }
      : { ...who, success: true, took_ms: rounded(outcome.tookMs), values: outcome.values }
  } catch (error) {
    const told = pollingProblem(error) ?? problemOf(error)
    if (told.status >= 500) parts.report(error)
    return errorOf(told)
  }
}

function errorOf({ status, title, detail }: ReturnType<typeof problem>): object {
  return { type: 'error', status, title, message: detail }
}

/** @returns null: it is none */
function orderIn(
  text: string,
): { readonly type: PollingOrder; readonly group: string | null } | null {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(said)) return null
  const { group = null } = said
  const type = POLLING_ORDERS.find((each) => each === said['type'])
  if (type === undefined || (group !== null && typeof group !== 'string')) return null
  // Only all groups together can be meant by none, and those are not triggered.
  return type === 'trigger' && group === null ? null : { type, group }
}
