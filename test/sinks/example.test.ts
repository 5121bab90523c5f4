import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Sink } from '../../src/sinks/sink.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { SinkRunner } from '../../src/sinks/sink-runner.ts'
import { SinkUrl } from '../../src/sinks/sink-url.ts'
import { systemClock } from '../../src/util/clock.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let folder: string

/** The files of the chapter, between those of the program that they import. */
beforeAll(() => {
  folder = temporaryFolder()
  const page = readFileSync(join(ROOT, 'docs/sinks.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n\/\/ (src\/sinks\/webhook\/\S+)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, name]) => name)).toHaveLength(2)
  for (const [, name = '', text = ''] of blocks) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replaceAll(/'\.\.\//g, `'${join(ROOT, 'src/sinks')}/`))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
})

test('the sink of docs/sinks.md compiles as the program does', () => {
  const config = join(folder, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      include: [join(folder, 'src')],
      compilerOptions: { rootDir: '/' },
    }),
  )
  execFileSync(process.execPath, [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--noEmit',
    '-p',
    config,
  ])
})

test('and brings each sample there once, but for those that are refused', async () => {
  const { webhookSettings } = await import(
    /* @vite-ignore */ join(folder, 'src/sinks/webhook/webhook-settings.ts')
  )
  const { WebhookSink } = await import(
    /* @vite-ignore */ join(folder, 'src/sinks/webhook/webhook-sink.ts')
  )
  const taken: number[] = []
  const tokens = new Set<string | undefined>()
  let failures = 3
  const server = createServer(async (request, response) => {
    tokens.add(request.headers.authorization)
    const { samples } = (await json(request)) as { samples: { seq: number }[] }
    const isBad = samples.some(({ seq }) => seq === 77)
    const status = samples.length > 0 && failures-- > 0 ? 503 : isBad ? 422 : 204
    if (status === 204) taken.push(...samples.map(({ seq }) => seq))
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(3000, 1000))
  const log = new SinkLog(file, 'other')
  onTestFinished(() => log.close())
  const { port } = server.address() as AddressInfo
  const url = new SinkUrl(`webhook+http://127.0.0.1:${port}/in`, { WEBHOOK_TOKEN: 'secret' })
  const { target, settings } = webhookSettings(url)
  expect(target).toBe(`webhook+http://127.0.0.1:${port}/in`)
  const runner = new SinkRunner({
    plan: { kind: 'influx', name: 'webhook', target, keepBytes: 1e9, settings },
    sink: new WebhookSink(settings) as Sink,
    cursor: new SinkCursor(log, 'webhook', 1e9),
    file,
    isOnce: true,
    clock: systemClock,
    random: () => 0.01,
  })
  await runner.run()
  expect(taken.sort((a, b) => a - b)).toEqual(
    Array.from({ length: 3000 }, (_, seq) => seq).filter((seq) => seq !== 77),
  )
  expect(runner.status).toMatchObject({ samples: 2999, refused: 1, queued: 0 })
  expect([...tokens]).toEqual(['Bearer secret'])
})
