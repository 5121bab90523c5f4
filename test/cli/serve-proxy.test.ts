import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { startProxy } from '../support/reverse-proxy.ts'
import { startServe } from '../support/serve.ts'

const PUBLIC = 'https://bench.example.org'

describe('serve behind a proxy, under a prefix', () => {
  it('asks for the token, and then serves page, API and WebSockets', async () => {
    const run = await startServe(['--mock', '--no-log', '--allow-origin', PUBLIC])
    // As nginx does it where it is told what docs/serve.md tells.
    const headers = { host: 'bench.example.org', 'x-forwarded-for': '192.0.2.7' }
    const base = await startProxy({ target: run.url, prefix: '/power/', headers })
    const origin = { origin: PUBLIC }
    const token = { authorization: `Bearer ${run.token}` }

    expect((await fetch(`${base}/power/api/v1/health`)).status).toBe(401)
    expect((await fetch(`${base}/power/api/v1/health`, { headers: token })).status).toBe(200)

    // The page loads what it needs from beside itself, wherever that is.
    const page = await fetch(`${base}/power/`)
    expect(page.status).toBe(200)
    const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, to]) => to)
    const files = links.filter((to) => to !== undefined && !to.startsWith('data:')) as string[]
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const answer = await fetch(new URL(file, `${base}/power/`))
      expect([file, answer.status]).toEqual([file, 200])
    }

    const path = `${base.replace('http', 'ws')}/power/api/v1/live`
    const socket = new WebSocket(path, { headers: origin })
    onTestFinished(() => socket.terminate())
    const messages: string[] = []
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('message', (data) => {
        messages.push(String(data))
        if (messages.length === 1) {
          socket.send(JSON.stringify({ type: 'token', token: run.token }))
        } else resolve()
      })
    })
    expect(messages[0]).toContain('token_wanted')
    expect(messages[1]).toContain('"type":"hello"')
  })

  it('is not open to all where the proxy does not say that it is one', async () => {
    const run = await startServe(['--mock', '--no-log', '--allow-origin', PUBLIC])
    const host = { host: 'bench.example.org' }
    const base = await startProxy({ target: run.url, prefix: '/power/', headers: host })
    expect((await fetch(`${base}/power/api/v1/health`)).status).toBe(401)
    const live = await fetch(`${base}/power/api/v1/live`)
    expect(live.status).toBe(401)
  })

  it('lets no page of another origin in, nor a name that was not allowed', async () => {
    const run = await startServe(['--mock', '--no-log', '--allow-origin', PUBLIC])
    const base = await startProxy({
      target: run.url,
      prefix: '/power/',
      headers: { host: 'bench.example.org' },
    })
    const foreign = await fetch(`${base}/power/api/v1/health`, {
      headers: { origin: 'https://evil.example.org', authorization: `Bearer ${run.token}` },
    })
    expect(foreign.status).toBe(403)
    const other = await startProxy({
      target: run.url,
      prefix: '/power/',
      headers: { host: 'x.example.org' },
    })
    expect((await fetch(`${other}/power/api/v1/health`)).status).toBe(421)
  })
})
