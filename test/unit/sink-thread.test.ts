import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { SinkThread } from '../../src/sinks/sink-thread.ts'

/** A thread of the sinks that does this, where `port` is the way to the main thread. */
function worker(code: string): URL {
  const text = `import { parentPort as port, threadId } from 'node:worker_threads'; ${code}`
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

const STATUS = `port.postMessage({ type: 'status', statuses: [{ name: 'x', state: 'current', threadId }] });`
const BEGUN = `port.postMessage({ type: 'begun' }); ${STATUS}`

const PATIENCE = { timeout: 20_000 }

async function started(code: string): Promise<SinkThread> {
  const options = { file: 'log.db', owner: 'other', plans: [], isOnce: false } as const
  const thread = await SinkThread.start(options, worker(code))
  onTestFinished(() => thread.close(1000))
  return thread
}

const threadIdOf = ({ statuses }: SinkThread): number =>
  (statuses[0] as unknown as { threadId: number } | undefined)?.threadId ?? -1

describe('the thread of the sinks', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    // First: what is spied on here is the timers that are not real.
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  const dies = {
    'ends with an error': `throw new Error('no memory')`,
    'says that it can not go on': `port.postMessage({ type: 'refused', failure: { code: 'internal_fault', message: 'no memory', hint: '', stack: '' } }); port.close()`,
  }
  for (const [how, end] of Object.entries(dies)) {
    test(`that ${how} is said, and started again, which keeps the process`, async () => {
      const timers = vi.spyOn(globalThis, 'setTimeout')
      const thread = await started(`${BEGUN} setImmediate(() => { ${end} })`)
      const states: (string | undefined)[] = []
      thread.onStatus(([status]) => states.push(status?.state))
      await vi.waitUntil(() => vi.getTimerCount() === 1, PATIENCE)
      expect(thread.statuses).toMatchObject([
        { state: 'waiting', lastError: { text: 'its thread ended: no memory' } },
      ])
      expect(timers.mock.results.at(-1)?.value.hasRef()).toBe(true)
      const first = threadIdOf(thread)
      await vi.advanceTimersByTimeAsync(10_000)
      await vi.waitUntil(() => threadIdOf(thread) !== first, PATIENCE)
    })
  }

  test('that can not even start is an error', async () => {
    await expect(started(`throw new Error('no memory')`)).rejects.toMatchObject({
      code: 'internal_fault',
      message: 'no memory',
    })
    expect(vi.getTimerCount()).toBe(0)
  })
})
