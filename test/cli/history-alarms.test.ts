import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, START_US, series } from '../support/log-fixture.ts'

describe('history --alarms', () => {
  const at = (second: number): string => new Date(START_US / 1000 + second * 1000).toISOString()

  function event(
    second: number,
    kind: string,
    detail: string,
  ): { timeUs: number; device: string; kind: 'alarm_on'; detail: string } {
    return { timeUs: START_US + second * 1e6, device: 'bench', kind: kind as 'alarm_on', detail }
  }

  it('makes episodes of the events', async () => {
    const db = join(temporaryFolder(), 'log.db')
    makeLog(db, series(120, 1e6), {
      events: [
        event(5, 'alarm_on', 'x: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(10, 'alarm_ack', 'x: value 2 A, peak 2.5 A, for 5s [a > 1]'),
        event(12, 'alarm_ack', 'y: value 1, peak 1, for 5s [lost(1m) > 0]'),
        event(15, 'alarm_off', 'x: value 0.5 A, peak 3 A, for 10s [a > 1]'),
        event(20, 'alarm_on', 'x: value 2 A, peak 2 A, for 0s [a > 1]'),
        // The monitor ended, and another one began.
        event(40, 'alarm_on', 'x: value 4 A, peak 4 A, for 0s [a > 1]'),
        event(50, 'alarm_on', 'q: value 3.5 s, peak 3.5 s, for 0s [silent]'),
        event(60, 'alarm_off', 'x: value 0 A, peak 4.5 A, for 20s [a > 1]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const x = { device: 'bench', name: 'x', rule: 'a > 1', unit: 'A', acknowledged: null }
    const expected = [
      {
        ...x,
        from: at(5),
        to: at(15),
        on: false,
        duration_s: 10,
        value: 2,
        peak: 3,
        acknowledged: at(10),
      },
      { ...x, from: at(20), to: null, on: false, duration_s: null, value: 2, peak: 2 },
      { ...x, from: at(40), to: at(60), on: false, duration_s: 20, value: 4, peak: 4.5 },
      {
        ...x,
        name: 'q',
        rule: 'silent',
        unit: 's',
        from: at(50),
        to: null,
        on: true,
        duration_s: null,
        value: 3.5,
        peak: 3.5,
      },
    ]
    expect(JSON.parse(run.stdout)).toEqual({ version: 1, folded: 0, alarms: expected })

    const some = ['--from', at(55), '--to', at(58), '--format', 'json']
    const part = await ina219(['history', '--alarms', '--db', db, ...some])
    expect(JSON.parse(part.stdout).alarms).toEqual(expected.slice(2))

    const table = await ina219(['history', '--alarms', '--db', db], '', { TZ: 'UTC' })
    const rows = table.stdout.trim().split('\n').slice(2)
    expect(rows[0]?.split(/ {2,}/)).toEqual([
      'from',
      'to',
      'lasted',
      'device',
      'alarm',
      'value',
      'peak',
      'acknowledged',
    ])
    expect(rows[1]?.split(/ {2,}/).slice(2, 7)).toEqual(['00:00:10', 'bench', 'x', '2 A', '3 A'])
    expect(rows[2]).toContain('not known')
    expect(rows[4]).toContain('still on')
    const plot = await ina219(['history', '--alarms', '--db', db, '--format', 'plot'])
    expect(plot).toMatchObject({ code: 2, stdout: '' })
  })

  it('knows what it can of a log that has folded alarms into others', async () => {
    const db = join(temporaryFolder(), 'log.db')
    makeLog(db, series(120, 1e6), {
      events: [
        event(5, 'alarm_on', 'q: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(6, 'alarm_on', 'r: value 2 A, peak 2 A, for 0s [a > 1]'),
        event(
          10,
          'alarm_on',
          `3 times until ${at(40)}, the last: x: value 2 A, peak 2 A, for 0s [a > 2]`,
        ),
        event(
          11,
          'alarm_off',
          `3 times until ${at(45)}, the last: x: value 0.5 A, peak 3 A, for 5s [a > 2]`,
        ),
        // Its raise is one of those that were folded.
        event(50, 'alarm_off', 'y: value 0 A, peak 7 A, for 30s [a > 5]'),
        event(60, 'alarm_off', 'q: value 0 A, peak 4 A, for 55s [a > 1]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    const { folded, alarms } = JSON.parse(run.stdout)
    expect(folded).toBe(2)
    expect(
      alarms.map(({ name, from, to, on, value, peak }: Record<string, unknown>) => [
        [name, from, to],
        [on, value, peak],
      ]),
    ).toEqual([
      [
        ['q', at(5), at(60)],
        [false, 2, 4],
      ],
      [
        ['r', at(6), null],
        [false, 2, 2],
      ],
      [
        ['y', at(20), at(50)],
        [false, null, 7],
      ],
      [
        ['x', at(40), at(45)],
        [false, 2, 3],
      ],
    ])
    const table = await ina219(['history', '--alarms', '--db', db])
    expect(table.stdout).toContain('Up to 2 further raises')
  })

  it('one acknowledgement is for all raises that it speaks of, and for none before', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const on = 'x: value 2 A, peak 2 A, for 0s [a > 1 latch]'
    const off = 'x: value 0 A, peak 3 A, for 2s [a > 1 latch]'
    makeLog(db, series(120, 1e6), {
      events: [
        // Of an earlier run.
        event(5, 'alarm_on', on),
        event(7, 'alarm_off', off),
        event(20, 'alarm_on', on),
        event(22, 'alarm_off', off),
        event(30, 'alarm_on', on),
        event(32, 'alarm_off', off),
        event(40, 'alarm_ack', 'x: value 0 A, peak 3 A, for 12s [a > 1 latch]'),
      ],
    })
    const run = await ina219(['history', '--alarms', '--db', db, '--format', 'json'])
    const { alarms } = JSON.parse(run.stdout)
    expect(alarms.map(({ acknowledged }: Record<string, unknown>) => acknowledged)).toEqual([
      null,
      at(40),
      at(40),
    ])
  })
})
