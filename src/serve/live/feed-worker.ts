/**
 * The thread that follows the commits of the log for viewers, and makes the text that they get:
 * neither costs the sampling anything. Bundled on its own; started by `feed.ts`.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Answered, Asked, FailedAnswer } from '../../storage/file/asked-messages.ts'
import { failureOf } from '../../storage/file/worker-failure.ts'
import { CommitReader, type CommittedPage } from '../../storage/read/commit-reader.ts'
import type { FeedAnswer, FeedPages, FeedQuestion, FormState } from './feed-messages.ts'
import { encodePage } from './sample-pages.ts'

const port = parentPort as MessagePort
let reader: CommitReader | null = null

port.on('message', (asked: Asked<FeedQuestion>) => {
  const reply: Answered<FeedAnswer> = { id: asked.id, answer: answerTo(asked) }
  port.postMessage(reply)
})

function answerTo({ file, owner, question }: Asked<FeedQuestion>): FeedAnswer | FailedAnswer {
  try {
    // One that was moved or replaced is another log, whose cursors are others, too.
    if (reader !== null && !reader.isInPlace) {
      reader.close()
      reader = null
    }
    reader ??= CommitReader.open(file, owner)
    return answerFrom(reader, question)
  } catch (error) {
    return { type: 'failed', failure: failureOf(error) }
  }
}

function answerFrom(log: CommitReader, question: FeedQuestion): FeedAnswer {
  switch (question.type) {
    case 'head':
      return { type: 'head', cursor: log.head() }
    case 'since': {
      const page = log.since(question.cursor, question.limit)
      return { type: 'since', pages: encoded(page, question.forms) }
    }
    case 'join': {
      const { cursor, limit, form, tail, forms } = question
      const { page, rest } = log.atOnce(() => {
        const page = log.since(cursor, limit)
        return { page, rest: page.isComplete ? log.since(tail, limit) : null }
      })
      const { pages, ...place } = encoded(page, [form])
      const [own] = pages
      return {
        type: 'join',
        page: { ...place, ...(own as (typeof pages)[number]) },
        tail: rest?.isComplete === true ? encoded(rest, forms) : null,
      }
    }
  }
}

function encoded(page: CommittedPage, forms: readonly FormState[]): FeedPages {
  const { samples, cursor, isComplete } = page
  return {
    cursor,
    isComplete,
    pages: forms.map(({ form, taken }) => encodePage(samples, form, taken)),
  }
}
