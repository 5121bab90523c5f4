import { afterEach, expect, it } from 'vitest'
import { PlcRig, pollGroup } from '../support/plc-rig.ts'

const rigs: PlcRig[] = []
function rig(): PlcRig {
  const made = new PlcRig()
  rigs.push(made)
  return made
}

afterEach(async () => {
  for (const each of rigs.splice(0)) await each.end()
})

/** Answers take some turns of the event loop, each of which is so long here, ms. */
const ROOM_MS = 240

it('reads each group at its own times, which do not drift', async () => {
  const plc = rig()
  await plc.listen()
  plc.setWord('D', 100, 2400)
  const source = plc.poll([
    pollGroup('power', 1000, ['v=D100', 'a=D101']),
    pollGroup('fast', 250, ['x=D10']),
  ])
  await plc.pass(60_000, 7)
  const electric = plc.frames.filter(({ frame }) => frame.electric)
  expect(electric).toHaveLength(60)
  for (const [k, { atMs, frame }] of electric.entries()) {
    expect(atMs - k * 1000).toBeGreaterThanOrEqual(0)
    expect(atMs - k * 1000).toBeLessThan(ROOM_MS)
    expect(frame.voltage).toBe(2400)
  }
  const fast = plc.withChannel('x')
  // Their first turns are apart, too.
  expect(fast).toHaveLength(240)
  for (const [k, { atMs }] of fast.entries()) {
    expect(atMs - k * 250 - 125).toBeGreaterThanOrEqual(0)
    expect(atMs - k * 250 - 125).toBeLessThan(ROOM_MS)
  }
  expect(plc.frames.map(({ frame }) => frame.seq)).toEqual(plc.frames.map((_, i) => i))
  const [power, other] = source.polling.status.groups
  expect(power).toMatchObject({ turns: 60, skippedTurns: 0, failedTurns: 0, isRunning: true })
  expect(other).toMatchObject({ turns: 240, skippedTurns: 0, lastError: null })
  expect(power?.mostLateMs).toBeLessThan(10)
  expect(plc.said.some(({ what }) => what === 'gap')).toBe(false)
})

it('skips what is due while a turn is under way, says so once, and marks the gap', async () => {
  const plc = rig()
  await plc.listen()
  const source = plc.poll([pollGroup('power', 1000, ['v=D100', 'a=D101'])])
  await plc.pass(2500)
  expect(plc.frames).toHaveLength(3)
  // No answer: the pool gives up after the monitoring timer and 1 s.
  plc.fault('drop')
  await plc.pass(1000)
  plc.fault(null)
  await plc.until(() => plc.frames.length === 5)
  const [group] = source.polling.status.groups
  expect(group).toMatchObject({ turns: 5, failedTurns: 1, lastError: expect.stringMatching(/no/) })
  expect(group?.skippedTurns).toBeGreaterThanOrEqual(4)
  expect(group?.skippedTurns).toBeLessThanOrEqual(5)
  const [skipped, failed, ...more] = plc.texts('poll')
  expect(skipped).toMatch(
    /^group power: [45] turns skipped in [45](\.\d+)?s: the one before was still under way$/,
  )
  expect(failed).toMatch(/^group power: read again, after 1 turn failed in .*no answer within 5 s/)
  expect(more).toEqual([])
  // Right before the first sample behind it, and nowhere else.
  const order = plc.said.flatMap((each) =>
    each.what === 'gap' || each.what === 'frame' ? [each.what] : [],
  )
  expect(order).toEqual(['frame', 'frame', 'frame', 'gap', 'frame', 'frame'])
})

it('counts the turns that passed while this computer did not get to them', async () => {
  const plc = rig()
  await plc.listen()
  const source = plc.poll([pollGroup('g', 1000, ['x=D1'])])
  await plc.pass(1500)
  // As where the event loop was held up: the timer is told late.

  plc.time.jump(3400)
  await plc.pass(1000)
  const [group] = source.polling.status.groups
  expect(group?.skippedTurns).toBe(2)
  expect(plc.texts('poll')).toEqual([
    expect.stringMatching(/^group g: 2 turns skipped in .*: this computer did not get to it$/),
  ])
  // On the same grid as before.
  const times = plc.frames.map(({ atMs }) => atMs)
  expect((times.at(-1) as number) % 1000).toBeLessThan(ROOM_MS)
})

it('leaves a tag out that the PLC does not have, says so once, and when it is there', async () => {
  const plc = rig()
  await plc.listen()
  plc.poll([pollGroup('g', 1000, ['x=D1', 'far=D13000', 'y=D2'])])
  await plc.pass(5500)
  expect(plc.frames).toHaveLength(6)
  for (const { frame } of plc.frames) expect(Object.keys(frame.extras ?? {})).toEqual(['x', 'y'])
  expect(plc.texts('poll')).toEqual([
    expect.stringMatching(/^group g: can't read far \(D13000\): .*refuses with/),
  ])
})

it('goes on when the PLC was away, and lets no gap of others into the power', async () => {
  const plc = rig()
  const first = await plc.listen()
  const { port } = plc
  const source = plc.poll([
    pollGroup('power', 1000, ['v=D100', 'a=D101']),
    pollGroup('other', 1000, ['x=D10']),
  ])
  await plc.pass(2700)
  await first.close()
  await plc.pass(3000)
  expect(plc.said.at(-1)).toMatchObject({ what: 'state', state: 'waiting' })
  expect(source.polling.status.plc.open).toBe(0)
  await plc.listen(port)
  const before = plc.frames.length
  await plc.until(() => plc.frames.length > before + 3)
  const states = plc.said.flatMap((each) => (each.what === 'state' ? [each.state] : []))
  expect(states).toEqual(['opening', 'live', 'waiting', 'live'])
  expect(plc.said.filter(({ what }) => what === 'connected')).toHaveLength(2)
  expect(plc.said.filter(({ what }) => what === 'gap')).toHaveLength(1)
  // Nothing but the end of each spell: that the PLC was away, its state says.
  expect(plc.texts('poll').every((text) => /read again, after \d+ turns? failed/.test(text))).toBe(
    true,
  )
  expect(plc.texts('poll')).toHaveLength(2)
})

it('keeps the changes of texts on record, and no channel of them', async () => {
  const plc = rig()
  await plc.listen()
  plc.setWord('D', 130, 0x4c41)
  plc.setWord('D', 131, 0)
  plc.poll([pollGroup('g', 1000, ['program=D130/string 4', 'x=D1'])])
  await plc.pass(1500)
  plc.setWord('D', 130, 0x4242)
  await plc.pass(2000)
  expect(plc.texts('note')).toEqual(['program: AL', 'program: BB'])
  expect(Object.keys(plc.frames[0]?.frame.extras ?? {})).toEqual(['x'])
})

it('reads a handshake group once for each trigger', async () => {
  const plc = rig()
  await plc.listen()
  const { polling } = plc.poll([pollGroup('part', null, ['v=D100', 'a=D101', 'n=D7'])])
  expect(plc.said).toMatchObject([{ what: 'state', state: 'silent' }])
  const trigger = async (): Promise<unknown> => {
    const outcome = polling.trigger('part')
    let isOver = false
    void outcome?.then(() => {
      isOver = true
    })
    expect(await polling.trigger('part')).toEqual({ kind: 'busy' })
    await plc.until(() => isOver)
    return outcome
  }
  plc.setWord('D', 7, 5)
  expect(await trigger()).toMatchObject({ kind: 'read', values: { n: 5 } })
  await plc.pass(2000)
  await trigger()
  await plc.pass(2000)
  await trigger()
  expect(plc.said.some(({ what }) => what === 'gap')).toBe(false)
  // Longer than usual: nothing is integrated over it.
  await plc.pass(60_000, 100)
  await trigger()
  expect(plc.frames).toHaveLength(4)
  expect(plc.said.at(-2)).toMatchObject({ what: 'gap' })
  expect(polling.stop('part')).toBe(true)
  expect(await polling.trigger('part')).toEqual({ kind: 'stopped' })
  expect(polling.trigger('nobody')).toBeNull()
  expect([polling.start('nobody'), polling.start('part'), polling.start('part')]).toEqual([
    false,
    true,
    true,
  ])
  expect(plc.texts('poll')).toEqual(['group part: stopped', 'group part: started'])
})

it('takes up its times again when it is started again', async () => {
  const plc = rig()
  await plc.listen()
  const { polling } = plc.poll([pollGroup('power', 1000, ['v=D100', 'a=D101'])])
  await plc.pass(2500)
  polling.stop('power')
  await plc.pass(3000)
  expect(plc.frames).toHaveLength(3)
  polling.start('power')
  await plc.pass(2000)
  expect(plc.frames).toHaveLength(5)
  expect(plc.frames.at(-1)?.atMs).toBeLessThan(7000 + ROOM_MS)
  expect(plc.said.filter(({ what }) => what === 'gap')).toHaveLength(1)
  expect(polling.status.groups[0]).toMatchObject({ skippedTurns: 0, failedTurns: 0 })
})

it('asks no more once it has been stopped', async () => {
  const plc = rig()
  const server = await plc.listen()
  const source = plc.poll([pollGroup('g', 100, ['x=D1'])])
  await plc.pass(1000)
  await source.stop()
  const { length } = plc.said
  const { requests } = server.counts
  await plc.pass(1000)
  expect([plc.said.length, server.counts.requests, plc.time.pending]).toEqual([length, requests, 0])
})

it('has the sums on record: hourly while turns fail, and at the end', async () => {
  const plc = rig()
  await plc.listen()
  const source = plc.poll([
    pollGroup('bad', 600_000, ['x=D1', 'y=D50000']),
    pollGroup('good', 600_000, ['z=D1']),
  ])
  await plc.pass(1_000_000, 1000)
  plc.fault('refuse')
  await plc.pass(600_000, 1000)
  plc.fault(null)
  expect(plc.texts('poll_sums')).toEqual([])
  await plc.pass(2_600_000, 1000)
  const hourly = plc.texts('poll_sums')
  expect(hourly).toEqual([
    'group bad: 5 turns with values, 1 failed, 0 skipped in 1h; failed readings of single tags: 5',
    'group good: 5 turns with values, 1 failed, 0 skipped in 1h',
  ])
  // Good for an hour: that is said at the end.
  await plc.pass(3_600_000, 1000)
  expect(plc.texts('poll_sums').slice(2)).toHaveLength(1)
  const good = source.polling.status.groups[1]
  await source.stop()
  expect(good?.turns).toBeGreaterThanOrEqual(11)
  expect(plc.texts('poll_sums').at(-1)).toBe(
    `group good: ${good?.turns} turns with values, 1 failed, 0 skipped in 2h10m`,
  )
})
