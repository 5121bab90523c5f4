import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { lines, type Sample, servePipe, upTo } from '../support/live-viewer.ts'
import type { ServeRun } from '../support/serve.ts'

describe('GET /api/v1/live', () => {
  /** Reads events until something holds of them. */
  async function read(
    run: ServeRun,
    path: string,
    isDone: (text: string) => boolean,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const abort = new AbortController()
    const answer = await run.fetch(path, { headers, signal: abort.signal })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    let text = ''
    const decoder = new TextDecoder()
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(part, { stream: true })
      if (isDone(text)) break
    }
    abort.abort()
    return text
  }

  const samplesIn = (text: string): Sample[] =>
    [...text.matchAll(/^event: samples\nid: (\S+)\ndata: (.*)\n\n/gm)].flatMap(
      ([, , data]) => (JSON.parse(data ?? '') as { samples: Sample[] }).samples,
    )

  it('brings the same as events, and resumes by their id', async () => {
    const run = await servePipe()
    run.child.stdin?.write(lines(1, 1500))
    const all = await read(run, '/api/v1/live?since=0', (text) => samplesIn(text).length >= 1500)
    expect(samplesIn(all).map(({ seq }) => seq)).toEqual(upTo(1500))
    const [, id = ''] = /^id: (\S+)\ndata: \{"type":"samples"/m.exec(all) ?? []
    const rest = await read(
      run,
      '/api/v1/live?channels=v,a',
      (text) => samplesIn(text).length >= 500,
      { 'last-event-id': id },
    )
    expect(samplesIn(rest).map(({ seq }) => seq)).toEqual(upTo(500, 1001))
    expect(samplesIn(rest)[0]).not.toHaveProperty('w')
  })

  it('ends whole when the server ends, and not amid an event', async () => {
    const run = await servePipe()
    const answer = await run.fetch('/api/v1/live')
    run.child.kill('SIGTERM')
    // A connection that breaks is an error.
    expect(await answer.text()).toMatch(/^event: snapshot\n(?:.+\n)*\n/)
    await once(run.child, 'close')
    expect(run.errors()).not.toMatch(/can't be read/)
  })

  it('answers a wrong question with a problem', async () => {
    const run = await servePipe()
    for (const query of ['since=abc', 'maxHz=0', 'channels=v,,a']) {
      const answer = await run.fetch(`/api/v1/live?${query}`)
      expect(answer.status).toBe(400)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
  })
})
