/**
 * The thread that owns the log's file, so that no disk ever stalls sampling.
 * Bundled on its own; started by `log-client.ts`.
 */
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { systemClock } from '../../util/clock.ts'
import { failureOf } from '../file/worker-failure.ts'
import type { LogBatch } from './log-batch.ts'
import { LogKeeper } from './log-keeper.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** From one tick to the next while there is more to do, ms. */
const SOON_MS = 250
/** Else. */
const IDLE_MS = 1000

const port = parentPort as MessagePort
const post = (message: FromWorker): void => port.postMessage(message)

// It may have been started before it was known which log it is.
port.once('message', (message: ToWorker) => {
  if (message.type === 'open') open(message.file, message.retainMs)
})

function open(file: string, retainMs: number): void {
  const keeper = new LogKeeper({
    file,
    retainMs,
    clock: systemClock,
    report: (report) => post({ type: 'report', report }),
  })
  try {
    post({ type: 'open', reply: keeper.open() })
    serve(keeper)
  } catch (error) {
    post({ type: 'refused', failure: failureOf(error) })
    port.close()
  }
}

function serve(keeper: LogKeeper): void {
  let ticker: NodeJS.Timeout | undefined
  let isSoon = false
  const wait = (isMore: boolean): void => {
    clearTimeout(ticker)
    isSoon = isMore
    ticker = setTimeout(() => wait(keeper.tick()), isMore ? SOON_MS : IDLE_MS)
  }
  wait(true)
  port.on('message', (first: ToWorker) => {
    const batches: LogBatch[] = []
    let asked = 0
    let isClosing = false
    // All that waits goes into one commit: the slower the disk, the larger its pieces.
    for (let message: ToWorker | undefined = first; message !== undefined; message = next()) {
      if (message.type === 'batch') batches.push(message.batch)
      else if (message.type === 'ask') asked++
      else if (message.type === 'close') isClosing = true
    }
    if (batches.length > 0) keeper.accept(batches)
    if (!keeper.isWriting && !isSoon) wait(true)
    for (; asked > 0; asked--) post({ type: 'answer' })
    if (isClosing) {
      clearTimeout(ticker)
      close(keeper)
    }
  })
}

function next(): ToWorker | undefined {
  return receiveMessageOnPort(port)?.message as ToWorker | undefined
}

function close(keeper: LogKeeper): void {
  try {
    keeper.close()
    post({ type: 'closed', failure: null })
  } catch (error) {
    post({ type: 'closed', failure: failureOf(error) })
  }
  port.close()
}
