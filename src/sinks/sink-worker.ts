/**
 * The thread that brings what is committed to other systems, so that none of them costs the sampling
 * anything. Bundled on its own; started by `sink-thread.ts`.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { failureOf } from '../storage/file/worker-failure.ts'
import { systemClock } from '../util/clock.ts'
import { Forwarder, type ForwarderOptions } from './forwarder.ts'
import type { OrderAnswer, SinkOrder } from './orders.ts'
import type { FromSinks, ToSinks } from './sink-messages.ts'

const TICK_MS = 1000

const port = parentPort as MessagePort
const post = (message: FromSinks): void => port.postMessage(message)

/** What is asked of the main thread, which has the devices, until it answers. */
const asked = new Map<number, (answer: OrderAnswer) => void>()
let orders = 0

function ask(order: SinkOrder): Promise<OrderAnswer> {
  const id = ++orders
  return new Promise((resolve) => {
    asked.set(id, resolve)
    post({ type: 'order', id, order })
  })
}

async function serve(): Promise<void> {
  const forwarder = await Forwarder.open(workerData as ForwarderOptions, systemClock, ask)
  port.on('message', (message: ToSinks) => {
    if (message.type === 'stop') forwarder.stop(message.graceMs)
    else if (message.type === 'live') forwarder.live(message.devices)
    else {
      asked.get(message.id)?.(message.answer)
      asked.delete(message.id)
    }
  })
  post({ type: 'begun' })
  const ticker = setInterval(() => {
    post({ type: 'status', statuses: forwarder.statuses })
    void forwarder.tick()
  }, TICK_MS)
  try {
    await forwarder.run()
  } finally {
    clearInterval(ticker)
  }
  await forwarder.close()
  post({ type: 'ended', statuses: forwarder.statuses })
}

serve()
  .catch((error: unknown) => post({ type: 'refused', failure: failureOf(error) }))
  .finally(() => port.close())
