import { spawn } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../support/polling.ts'
import { hasPty, shutInherited } from '../support/serial.ts'
import { connected, SerialBench } from '../support/serial-bench.ts'

describe.skipIf(!hasPty)('serial source at the start', () => {
  let bench: SerialBench

  beforeEach(() => {
    bench = new SerialBench()
  })

  it('a port that is absent ends it, or is waited for', async () => {
    const { got } = bench.monitor()
    await until('the failure', () => got.error !== null)
    expect(got.error).toMatchObject({ code: 'device_absent' })

    const waiting = bench.monitor({ wait: true })
    await until('waiting', () => waiting.got.log.at(-1) === 'waiting')
    await connected(await bench.device(), waiting.got)
    expect(waiting.got.error).toBeNull()
  })

  it('a port in use ends it, and is left alone', async () => {
    const pty = await bench.device()
    const first = bench.monitor()
    await connected(pty, first.got)
    const second = bench.monitor()
    await until('the failure', () => second.got.error !== null)
    expect(second.got.error).toMatchObject({ code: 'device_busy' })
    expect(second.got.error?.message).toContain(`(pid ${process.pid})`)
    pty.write('still mine\n')
    await until('the first goes on', () => first.got.frames.length === 1)
  })

  it.skipIf(process.platform !== 'linux')(
    'a port that a program has open without a lock is in use, too, and can be waited for',
    async () => {
      const pty = await bench.device()
      const cat = spawn('cat', [pty.path], {
        stdio: ['ignore', 'ignore', 'ignore', ...shutInherited()],
      })
      onTestFinished(() => void cat.kill())
      await until('it to open the port', () => pty.open)
      const { got } = bench.monitor()
      await until('the failure', () => got.error !== null)
      expect(got.error).toMatchObject({ code: 'device_busy' })
      expect(got.error?.message).toContain(`in use by cat (pid ${cat.pid})`)
      const waiting = bench.monitor({ wait: true })
      await until('waiting', () => waiting.got.log.at(-1) === 'waiting')
      expect(waiting.got.reasons.at(-1)).toContain(`in use by cat (pid ${cat.pid})`)
      cat.kill()
      await connected(pty, waiting.got)
      expect(waiting.got.error).toBeNull()
    },
  )

  it.skipIf(process.getuid?.() !== 0)('a port of others says which group to join', async () => {
    const pty = await bench.device()
    const group = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .map((row) => row.split(':'))
      .find(([, , gid]) => Number(gid) > 0 && !process.getgroups?.().includes(Number(gid)))
    chownSync(pty.path, 0, Number(group?.[2]))
    chmodSync(pty.path, 0o660)
    // Not root for a while; the clock runs through the 2 s for which a refusal is retried.
    process.seteuid?.(65_534)
    let nowMs = 0
    const monoMs = (): number => {
      nowMs += 1000
      return nowMs
    }
    const { got } = bench.monitor({ path: pty.path, clock: { wallMs: monoMs, monoMs } })
    try {
      await until('the failure', () => got.error !== null)
    } finally {
      process.seteuid?.(0)
    }
    expect(got.error).toMatchObject({ code: 'device_refused' })
    expect(got.error?.hint).toContain(`sudo usermod -aG ${group?.[0]} `)
    expect(nowMs).toBe(3000)
  })

  it('a file is not a port', async () => {
    writeFileSync(bench.link, 'x')
    const { got } = bench.monitor({ wait: true })
    await until('the failure', () => got.error !== null)
    expect(got.error).toMatchObject({ code: 'device_unsupported' })
  })
})
