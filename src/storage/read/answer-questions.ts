import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Answered, Asked } from '../file/asked-messages.ts'
import { failureOf } from '../file/worker-failure.ts'
import { LogReader } from './log-reader.ts'

/**
 * Has this thread answer what an `AskedThread` asks. Each question has a read transaction of its own, so
 * that the WAL does not grow over the life of the thread, nor over a slow client.
 *
 * @param buffersOf what of an answer is handed over instead of copied
 */
export function answerQuestions<Question, Answer>(
  answer: (reader: LogReader, question: Question) => Answer,
  buffersOf: (answer: Answer) => ArrayBuffer[] = () => [],
): void {
  const port = parentPort as MessagePort
  port.on('message', ({ id, file, owner, question }: Asked<Question>) => {
    const send = (reply: Answered<Answer>, buffers: ArrayBuffer[]): void =>
      port.postMessage(reply, buffers)
    try {
      const reader = LogReader.open(file, owner)
      let made: Answer
      try {
        made = answer(reader, question)
      } finally {
        reader.close()
      }
      send({ id, answer: made }, buffersOf(made))
    } catch (error) {
      send({ id, answer: { type: 'failed', failure: failureOf(error) } }, [])
    }
  })
}
