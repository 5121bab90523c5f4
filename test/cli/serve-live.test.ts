import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  LiveViewer,
  line,
  lines,
  numbers,
  servePipe,
  subscribed,
  upTo,
} from '../support/live-viewer.ts'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'

describe('/api/v1/live', () => {
  it('says hello, then brings each sample from the beginning, with what names it', async () => {
    const run = await servePipe()
    run.child.stdin?.write(lines(1, 2500))
    const viewer = await subscribed(run, { since: 0 })
    expect(viewer.messages[0]).toMatchObject({ type: 'hello', protocol: 1, devices: ['bench'] })
    await until('all are there', () => viewer.samples.length >= 2500)
    expect(numbers(viewer)).toEqual(upTo(2500))
    expect(viewer.samples[0]).toEqual({
      device: 'bench',
      boot: null,
      seq: 1,
      time: '2026-09-21T14:13:21.000Z',
      ts: 1_790_000_001,
      v: 5.02,
      a: 0.1,
      w: 0.502,
      status: 'ok',
    })
    run.child.stdin?.write(lines(2501, 2600))
    await until('the rest is there', () => viewer.samples.length >= 2600)
    expect(numbers(viewer)).toEqual(upTo(2600))
  })

  it('begins now without since, and resumes with a cursor exactly where it was', async () => {
    const run = await servePipe()
    run.child.stdin?.write(lines(1, 100))
    const first = await subscribed(run, { since: 0 })
    await until('100 are there', () => first.samples.length === 100)
    const now = await subscribed(run)
    run.child.stdin?.write(lines(101, 150))
    await until('50 are there', () => now.samples.length >= 50)
    expect(numbers(now)).toEqual(upTo(50, 101))
    await until('150 are there', () => first.samples.length >= 150)
    first.socket.close()
    run.child.stdin?.write(lines(151, 300))
    const again = await subscribed(run, { since: first.cursor })
    await until('the rest is there', () => again.samples.length >= 150)
    expect(numbers(again)).toEqual(upTo(150, 151))
  })

  it('gives each of many viewers, that come and go, every sample once, late ones included', async () => {
    const run = await servePipe()
    const seen = new Map<number, number[]>()
    const cursors = new Map<number, string | 0>()
    const watch = async (i: number): Promise<LiveViewer> => {
      const viewer = await subscribed(run, { since: cursors.get(i) ?? 0 })
      return viewer
    }
    const leave = (i: number, viewer: LiveViewer): void => {
      // What comes after the cursor that is kept would be seen twice.
      viewer.socket.terminate()
      const got = viewer.of('samples')
      seen.set(i, [...(seen.get(i) ?? []), ...numbers(viewer)])
      cursors.set(i, got.at(-1)?.cursor ?? cursors.get(i) ?? 0)
    }
    let next = 1
    const sendSome = (): void => {
      // Every 20th is missing, and comes later.
      let text = ''
      const missing: number[] = []
      for (let n = 0; n < 60; n++, next++) {
        if (next % 20 === 7) missing.push(next)
        else text += line(next)
      }
      run.child.stdin?.write(text)
      run.child.stdin?.write(missing.map((seq) => line(seq, ',"r":1')).join(''))
    }
    for (let round = 0; round < 4; round++) {
      const watching = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => watch(i)))
      for (let part = 0; part < 4; part++) {
        sendSome()
        const some = watching[(round + part) % watching.length] as LiveViewer
        const before = some.samples.length
        await until('something comes', () => some.samples.length > before)
      }
      for (const [i, viewer] of watching.entries()) leave(i, viewer)
    }
    run.child.stdin?.write(line(next))
    const last = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => watch(i)))
    for (const [i, viewer] of last.entries()) {
      await until('the last one is there', () => numbers(viewer).includes(next))
      expect(viewer.closed).toBe(null)
      leave(i, viewer)
      expect((seen.get(i) ?? []).toSorted((a, b) => a - b)).toEqual(upTo(next))
    }
  })

  it('thins to maxHz, and leaves out channels that are not wanted', async () => {
    const run = await servePipe()
    const viewer = await subscribed(run, { since: 0, maxHz: 0.1, channels: ['v'] })
    run.child.stdin?.write(lines(1, 100))
    await until('ten are there', () => viewer.samples.length >= 10)
    expect(numbers(viewer)).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91])
    expect(viewer.samples[0]).toMatchObject({ v: 5.02 })
    expect(viewer.samples[0]).not.toHaveProperty('a')
  })

  it('tells of events and losses', async () => {
    const run = await servePipe()
    const viewer = await subscribed(run)
    run.child.stdin?.write(lines(1, 10) + lines(14, 30))
    expect(await viewer.hear('loss')).toMatchObject({ device: 'bench', count: 3 })
    run.child.stdin?.end()
    await until('the end is an event', () =>
      viewer.of('event').some(({ kind, text }) => kind === 'ended' && text === 'end of input'),
    )
  })

  it('goes by acknowledgements where a viewer gives some, and refuses what it never sent', async () => {
    const run = await servePipe()
    run.child.stdin?.write(lines(1, 5000))
    const viewer = await subscribed(run, { since: 0 })
    await viewer.hear('samples')
    viewer.say({ type: 'ack', cursor: viewer.of('samples')[0]?.cursor })
    // The newest values alone meanwhile.
    expect(await viewer.hear('thinned')).toMatchObject({ devices: [{ device: 'bench' }] })
    expect(viewer.samples.length).toBeLessThan(5000)
    await until('all are there', () => viewer.samples.length >= 5000 || acknowledge(viewer))
    expect(numbers(viewer)).toEqual(upTo(5000))
    viewer.say({ type: 'ack', cursor: 'never' })
    expect(await viewer.hear('problem')).toMatchObject({ problem: { status: 400 } })
  })

  it('refuses a cursor of another log, and goes on', async () => {
    const run = await servePipe()
    const viewer = await subscribed(run)
    viewer.say({ type: 'subscribe', since: 'abcdefabcdef.1-1-1' })
    const { problem } = await viewer.hear('problem')
    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining('another log') })
    viewer.say({ type: 'subscribe', since: 0 })
    await viewer.hear('snapshot', 2)
  })

  it('says what is wrong with a message', async () => {
    const run = await startServe(['--mock', '--no-log'])
    for (const text of [
      'no json',
      '{}',
      '{"type":"subscribe","since":5}',
      '{"type":"subscribe","maxHz":0}',
      '{"type":"subscribe","channels":[]}',
      '{"type":"subscribe","other":1}',
      '[1]',
    ]) {
      const viewer = new LiveViewer(run)
      await viewer.hear('hello')
      viewer.say(text)
      expect(await viewer.hear('problem'), text).toMatchObject({
        problem: { type: 'urn:ina219:problem:message-invalid', status: 400 },
      })
      expect(viewer.closed, text).toBeNull()
    }
  })

  it('lets go who sends rubbish or floods', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const rubbish = new LiveViewer(run)
    await rubbish.hear('hello')
    for (let i = 0; i < 5; i++) rubbish.socket.send(Buffer.from([0, 1, 2]))
    await until('it is let go', () => rubbish.closed !== null)
    expect(rubbish.closed?.code).toBe(4400)
    const flood = await subscribed(run)
    for (let i = 0; i < 1100; i++) flood.say({ type: 'unsubscribe' })
    await until('it is let go', () => flood.closed !== null)
    expect(flood.closed?.code).toBe(4429)
    const large = new LiveViewer(run)
    await large.hear('hello')
    large.say(`{"type":"${'x'.repeat(70_000)}"}`)
    await until('it is let go', () => large.closed !== null)
    expect(large.closed?.code).toBe(1009)
    expect((await run.fetch('/api/v1/health')).status).toBe(200)
  })

  it('brings samples without a log as well, but nothing to resume from', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const viewer = await subscribed(run)
    await until('some are there', () => viewer.samples.length >= 5)
    const seqs = numbers(viewer)
    expect(seqs).toEqual(upTo(seqs.length, seqs[0]))
    viewer.say({ type: 'subscribe', since: 0 })
    expect(await viewer.hear('problem')).toMatchObject({
      problem: { detail: expect.stringContaining('without a log') },
    })
  })

  it('has the token sent first where reading needs it', async () => {
    const run = await startServe()
    const proxied = { 'x-forwarded-for': '192.0.2.7' }
    const viewer = new LiveViewer(run, proxied)
    await viewer.hear('token_wanted')
    viewer.say({ type: 'token', token: run.token })
    await viewer.hear('hello')
    const bearer = new LiveViewer(run, { ...proxied, authorization: `Bearer ${run.token}` })
    await bearer.hear('hello')
    const wrong = new LiveViewer(run, proxied)
    await wrong.hear('token_wanted')
    wrong.say({ type: 'token', token: 'something else' })
    await until('it is let go', () => wrong.closed !== null)
    expect(wrong.closed?.code).toBe(4401)
    const hasty = new LiveViewer(run, proxied)
    await hasty.hear('token_wanted')
    hasty.say({ type: 'subscribe' })
    await until('it is let go', () => hasty.closed !== null)
    expect(hasty.of('hello')).toEqual([])
  })

  it('tells viewers that it ends', async () => {
    const run = await startServe()
    const viewer = await subscribed(run)
    run.child.kill('SIGTERM')
    await until('it is let go', () => viewer.closed !== null)
    expect(viewer.closed).toEqual({ code: 1001, reason: 'the server ends: resume with since' })
  })

  it('is not there for a page of another origin, nor under another name', async () => {
    const run = await startServe()
    for (const headers of [{ origin: 'http://evil.example' }, { host: 'evil.example' }]) {
      const viewer = new LiveViewer(run, headers)
      await once(viewer.socket, 'error')
      expect(viewer.messages).toEqual([])
    }
  })
})

/** Acknowledges what has come. @returns false */
function acknowledge(viewer: LiveViewer): boolean {
  viewer.say({ type: 'ack', cursor: viewer.cursor })
  return false
}
