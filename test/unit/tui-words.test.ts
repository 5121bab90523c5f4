import { beforeAll, describe, expect, it } from 'vitest'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { LOOK, pictureText, styled } from '../support/picture-text.ts'
import { electric, sampleSnapshot } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

describe('words beside colours', () => {
  it.each([
    [3.19, 'HIGH !'],
    [3.2, 'FULL !'],
    [-3.2, 'FULL !'],
    [1, 'ok'],
  ])('says of %d A: %s', (current, word) => {
    const [, , gauge] = pictureText({ values: electric(5, current) })
    expect(gauge?.trimEnd().endsWith(word)).toBe(true)
  })

  it('draws a negative current with another sign', () => {
    const [, , gauge] = pictureText({ values: electric(5, -1.6) })
    expect(gauge).toContain('-1.6000 A |...<<<<<<<<<<<|.......:.......| -2..2 A    50% of 3.2 A')
  })

  it('shows dashes before the first sample', () => {
    const lines = pictureText({ values: null, sampleUs: null })
    expect(lines[1]).toContain('-- V |')
    expect(lines[18]).toMatch(/^ V {7}-- /)
  })

  it.each(['nosensor', 'out_of_range', 'clip,out_of_range'])(
    'shows dashes and the word, not the last good value, while the newest sample is %s',
    (status) => {
      const { sampleUs } = sampleSnapshot()
      const changes = { status, valuesUs: (sampleUs ?? 0) - 1e6 }
      const tables: readonly [number, number][] = [
        [200, 50],
        [80, 24],
        [40, 8],
        [39, 8],
        [30, 6],
      ]
      for (const [columns, rows] of tables) {
        const text = pictureText(changes, INITIAL_VIEW, columns, rows).join('\n')
        expect(text, `${columns}x${rows}`).toContain(`${status.slice(0, 15)}`)
        expect(text, `${columns}x${rows}`).not.toMatch(/5\.053|\bok\b/)
      }
      const lines = pictureText(changes)
      expect(lines[1]).toMatch(/^ V {8}-- V \|/)
      expect(lines[3]?.trimEnd().endsWith(' !')).toBe(true)
      expect(lines[18]).toMatch(/^ V {7}-- /)
    },
  )

  it.each([
    ['silent', 'SILENT'],
    ['waiting', 'WAITING'],
    ['ended', 'ENDED'],
  ] as const)('shows the values as the last ones while the source is %s', (state, word) => {
    const changes = { source: { label: 'stdin', state, reason: '' }, rate: 0 }
    const lines = pictureText(changes)
    for (const gauge of lines.slice(1, 4)) {
      expect(gauge.trimEnd().endsWith(` ${word}`)).toBe(true)
      expect(gauge).not.toMatch(/\bok\b|#/)
    }
    expect(lines[17]).toMatch(/^ {7}last /)
    const [gauge] = gaugeLines(sampleSnapshot(changes), 80, LOOK)
    expect(styled(gauge ?? [])).toMatch(/^dim: V {5}5\.053 V /)
    expect(pictureText(changes, INITIAL_VIEW, 30, 6)[0]).toMatch(
      new RegExp(`^${word} .*needs 40x8`),
    )
  })

  it('tells a server that is away from a device that is, with and without room', () => {
    const reason = 'nothing listens there; trying again in 3 s'
    const away = { label: 'x', state: 'waiting', reason, serverAwayMs: 12_400 } as const
    const changes = { source: away, rate: 0 }
    const lines = pictureText(changes)
    expect(lines[0]).toMatch(/ RECONNECTING 12 s ! 0\.0 S\/s lost 0 /)
    for (const gauge of lines.slice(1, 4)) expect(gauge.trimEnd()).toMatch(/ RECONNECTING 12 s$/)
    expect(lines[22]).toMatch(/^ reconnecting: nothing listens there; trying again in 3 s/)
    expect(lines.join('\n')).not.toMatch(/waiting/i)
    const [gauge] = gaugeLines(sampleSnapshot(changes), 80, LOOK)
    expect(styled(gauge ?? [])).toMatch(/^dim: V {5}5\.053 V /)
    for (const [columns, rows] of [
      [60, 15],
      [40, 8],
      [100, 30],
      [120, 30],
      [200, 50],
      [250, 70],
    ] as const) {
      const shown = pictureText(changes, INITIAL_VIEW, columns, rows)
      expect(shown[0], `${columns}x${rows}`).toContain('RECONNECTING 12 s !')
    }
    expect(pictureText(changes, INITIAL_VIEW, 30, 6)[0]).toMatch(/^RECONNECTING 12 s /)
  })

  it('shows a bad status of the sensor', () => {
    expect(pictureText({ status: 'nosensor' })[21]).toContain('status nosensor !')
  })

  it('puts what is wrong now above events', () => {
    const source = { label: 'x', state: 'waiting', reason: 'the port is gone; plug it in' } as const
    expect(pictureText({ source })[22]).toMatch(/^ waiting: the port is gone; plug it in /)
    const { log } = sampleSnapshot()
    expect(
      log && pictureText({ log: { ...log, kind: 'failed', reason: 'disk full' } })[22],
    ).toMatch(/^ log: disk full/)
    expect(pictureText({ unnumbered: true })[22]).toContain('numbers nothing')
  })
})
