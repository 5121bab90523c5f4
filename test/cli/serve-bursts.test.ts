import { join } from 'node:path'
import { expect, it } from 'vitest'
import { burstOf } from '../support/bursts.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { addTo, batchesOf, EPOCH, START_US, series } from '../support/log-fixture.ts'
import { serveLog } from '../support/rest-log.ts'

it('GET /api/v1/bursts says what ina219 bursts says', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const bursts = [
    { ...burstOf(START_US + 1e6), device: 'bench' },
    { ...burstOf(START_US + 2e6, { trigger: null, number: 2 }), device: 'bench' },
    { ...burstOf(START_US + 3e6), device: 'store' },
  ]
  addTo(file, batchesOf(series(10, 1e6), { epochs: [EPOCH], bursts }))
  const command = async (...args: string[]) => {
    const { code, stdout } = await ina219(['bursts', '--db', file, '--format', 'json', ...args])
    expect(code).toBe(0)
    const { version, ...members } = JSON.parse(stdout)
    expect(version).toBe(1)
    return members
  }
  const [all, bench, one] = [
    await command(),
    await command('--device', 'bench'),
    await command('2'),
  ]
  const run = await serveLog(file)
  const get = async (path: string) => {
    const answer = await run.fetch(`/api/v1/bursts${path}`)
    return { status: answer.status, body: (await answer.json()) as { bursts: object[] } }
  }
  expect(await get('')).toEqual({ status: 200, body: all })
  expect(await get('?device=bench')).toEqual({ status: 200, body: bench })
  const newest = await get(`?limit=1&to=${START_US / 1e6 + 3}`)
  expect(newest.body.bursts).toEqual([expect.objectContaining({ burst: 2 })])
  expect(await get('/2')).toEqual({ status: 200, body: one })
  expect(one.values).toHaveLength(38)
  expect(await get('/9')).toMatchObject({
    status: 404,
    body: { detail: 'the log has no burst 9; those that there are: GET /api/v1/bursts' },
  })
  expect((await get('/x')).status).toBe(400)
  expect((await get('/2?device=bench')).status).toBe(400)
  expect((await get('?device=nobody')).status).toBe(404)
})
