import { describe, expect, it } from 'vitest'
import { DEVICE_WORDS } from '../../src/protocol/words/device-words.ts'
import { lineOf } from '../../src/tui/view/line-edit.ts'
import { PALETTE, readPalette } from '../../src/tui/view/palette.ts'
import { completePalette } from '../../src/tui/view/palette-completion.ts'
import type { PaletteContext, PaletteOrder } from '../../src/tui/view/palette-orders.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { briefOf, extraChannels, sampleSnapshot } from '../support/snapshots.ts'

const base = sampleSnapshot()
const snapshot = sampleSnapshot({
  channels: [...base.channels, ...extraChannels(2)],
  devices: [briefOf(base), briefOf(base, { number: 1, device: 'rack 2' })],
})
const clock = { wallMs: () => 1.79e12, monoMs: () => 0 }
const context: PaletteContext = { view: INITIAL_VIEW, snapshot, hasColours: true, clock }

const order = (text: string, changes: Partial<PaletteContext> = {}): PaletteOrder =>
  readPalette(text, { ...context, ...changes })

function offered(text: string, changes: Partial<PaletteContext> = {}): string[] {
  return completePalette(lineOf(text), { ...context, ...changes }).candidates.map(
    (each) => each.text,
  )
}

describe('a line of the palette', () => {
  it('is for the device where it is none of ours, as send takes it', () => {
    for (const text of ['interval=100 save', ' send interval=100 save ', 'set interval=100 save']) {
      expect(order(text)).toEqual({
        kind: 'control',
        control: { kind: 'send', device: 0, words: 'interval=100 save' },
      })
    }
    expect(order('rack 2:interval=100')).toMatchObject({
      control: { words: 'rack 2:interval=100' },
    })
  })

  it('is for the device that is selected', () => {
    const view = { ...INITIAL_VIEW, selected: 1 }
    expect(order('save', { view })).toMatchObject({ control: { device: 1 } })
    expect(order('mark the motor starts', { view })).toEqual({
      kind: 'control',
      control: { kind: 'mark', device: 1, text: 'the motor starts', timeUs: null },
    })
  })

  it('does what keys do', () => {
    expect(order('reset')).toEqual({ kind: 'actions', actions: ['totals_reset'] })
    expect(order('quit')).toEqual({ kind: 'actions', actions: ['quit'] })
    expect(order('span 5m')).toEqual({ kind: 'actions', actions: ['zoom_out', 'zoom_out'] })
    expect(order('span 60s')).toMatchObject({ said: 'the time span is 1m already' })
    expect(order('jump next')).toEqual({ kind: 'actions', actions: ['next_event'] })
    expect(order('jump largest-shown')).toEqual({ kind: 'actions', actions: ['largest_shown'] })
    expect(order('ack')).toMatchObject({ control: { kind: 'alarm_ack', name: null } })
    expect(order('snooze 30')).toMatchObject({ control: { kind: 'alarm_snooze', minutes: 30 } })
  })

  it('changes the view', () => {
    expect(order('curves strips')).toMatchObject({ change: { arrangement: 'strips' } })
    expect(order('preset wall')).toMatchObject({ change: { preset: 'wall', expanded: null } })
    expect(order('units milli')).toMatchObject({ change: { units: 'milli' } })
    expect(order('compare A')).toMatchObject({ change: { compare: 'a' } })
    expect(order('compare off')).toMatchObject({ change: { compare: null } })
    expect(order('device rack 2')).toMatchObject({ change: { selected: 1 } })
    expect(order('device 2')).toMatchObject({ change: { selected: 1 } })
    expect(order('hide W')).toMatchObject({ change: { hidden: ['w'] } })
    const view = { ...INITIAL_VIEW, hidden: ['w', 'soc'] }
    expect(order('hide w', { view })).toMatchObject({ change: { hidden: ['soc', 'w'] } })
    expect(order('show W', { view })).toMatchObject({ change: { hidden: ['soc'] } })
    expect(order('show all', { view })).toMatchObject({ change: { hidden: [] } })
  })

  it('compares nothing with one device alone', () => {
    expect(() => order('compare V', { snapshot: base })).toThrow(/one device alone/)
    expect(offered('compare ', { snapshot: base })).toEqual(['off'])
  })

  it.each([
    ['intervall=5', "did you mean 'interval'?"],
    ['rest', "did you mean 'reset'?"],
    ['s', 'Esc, then s'],
    ['W', 'Esc, then W'],
    ['zzz', 'Tab goes through all of them'],
    ['interval=fast', 'write interval=500'],
    ['low=4', 'write threshold=1.5 low=1.4'],
    ['send', 'write such as interval=500'],
    ['span 7s', /^choose one of .*1m.*48h$/],
    ['span 5', /^choose one of .*1m.*48h$/],
    ['span soon', /^choose one of .*1m.*48h$/],
    ['span 5m 3', /choose one of .*1m.*48h$/],
    ['curves up', 'choose one of auto, overlay, strips'],
    ['preset none', 'choose one of all, chart, numbers, wall'],
    ['units nano', 'choose one of auto, base, milli, micro'],
    ['curves auto strips', 'choose one of auto, overlay, strips'],
    ['theme drak', /^did you mean 'dark'\? choose one of auto, dark/],
    ['jump nxt', /^did you mean 'next'\? choose one of next, previous, largest, .*-shown$/],
    ['compare soc', /^choose one of V, A, W/],
    ['hide X', /^choose one of V, A, W, soc, temp$/],
    ['hide V A', /^choose one of V, A, W, soc, temp$/],
    ['show X', /^choose one of V, A, W, soc, temp, all$/],
    ['device bench-8', "did you mean 'bench-7'? choose one of bench-7, rack 2"],
    ['bench-8:interval=20', "did you mean 'bench-7'?"],
    ['snooze -1', 'write such as snooze 10'],
    ['snooze 1e1', 'write such as snooze 10'],
    ['ack motor', 'rules come from --limit and --alarm'],
    ['reset all', 'write reset alone'],
    ['span=5m', 'write span <time>'],
    ['SPAN 5m', "did you mean 'span'?"],
  ])('with a mistake says what to do: %s', (text, hint) => {
    expect(() => order(text)).toThrow(
      expect.objectContaining({
        code: 'usage_invalid',
        hint: typeof hint === 'string' ? hint : expect.stringMatching(hint),
      }),
    )
  })
})

describe('a command of the palette', () => {
  // What may stand alone, be it a key's namesake or with a default.
  const alone = ['mark', 'acknowledge', 'snooze']

  it.each(
    PALETTE.filter(({ names: [name = ''], values }) => values !== null && !alone.includes(name)),
  )('without its value says which there are: $form', ({ names: [name = ''], values }) => {
    const first = values?.(context)[0] ?? ''
    expect(() => order(name)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^'${name}' needs a `)),
        hint: expect.stringMatching(new RegExp(`^write ${name} and one of .*${first}`)),
      }),
    )
  })

  // A note is any text; which polling groups there are, the monitor knows.
  const free = ['mark', 'polling']
  it.each(PALETTE.filter(({ names: [name = ''] }) => !free.includes(name)))(
    'with a word too many says so: $form',
    ({ names: [name = ''], values }) => {
      const value = values?.(context)[0] ?? ''
      expect(() => order(`${name} ${value} toomuch`)).toThrow(
        expect.objectContaining({
          code: 'usage_invalid',
          message: expect.stringContaining('toomuch'),
        }),
      )
    },
  )

  it('about colours says where there are none', () => {
    expect(order('theme dark', { hasColours: false })).toEqual({
      kind: 'change',
      change: {},
      said: 'this terminal shows no colours',
    })
  })
})

describe('completion', () => {
  it('offers all there is, each with one line of help', () => {
    const { candidates } = completePalette(lineOf(''), context)
    const texts = candidates.map(({ text }) => text)
    for (const { names, values } of PALETTE) {
      expect(texts).toContain(values === null ? names[0] : `${names[0]} `)
    }
    for (const word of DEVICE_WORDS.filter(({ kind }) => kind === 'setting')) {
      for (const name of word.names) expect(texts.join()).toContain(name)
    }
    // What can't stand alone comes behind its setting.
    expect(texts).not.toContain('bits=')
    expect(candidates.every(({ about }) => about !== '')).toBe(true)
  })

  it.each([
    ['int', ['interval=']],
    ['INT', ['interval=']],
    ['mode=', ['mode=stream', 'mode=poll']],
    ['mode=p', ['mode=poll']],
    ['output.B=', ['output.B=on', 'output.B=off']],
    ['averaging=1 bi', ['bits=']],
    ['interval=5,sa', ['save']],
    ['span 1', ['10s', '1m', '15m', '1h', '12h']],
    ['curves s', ['strips']],
    ['hide ', ['V', 'A', 'W', 'soc', 'temp']],
    ['device r', ['rack 2']],
    ['device rack', ['rack 2']],
    // Where none begins so, those that have it anywhere.
    ['ault', ['defaults']],
    ['zzz', []],
  ])('of %j offers %j', (text, texts) => {
    expect(offered(text)).toEqual(texts)
  })

  it('says what a number is about while it is being written, and changes nothing', () => {
    const { from, candidates } = completePalette(lineOf('save interval=5'), context)
    expect(from).toBe('save '.length)
    expect(candidates).toEqual([
      { text: 'interval=5', form: 'interval=<ms>', about: expect.stringContaining('0 to 1h') },
    ])
    expect(offered('mark the mo')).toEqual(['the mo'])
  })

  it('offers what is hidden to be shown', () => {
    const view = { ...INITIAL_VIEW, hidden: ['w'] }
    expect(offered('show ', { view })).toEqual(['W', 'all'])
    expect(offered('hide ', { view })).toEqual(['V', 'A', 'soc', 'temp'])
  })

  it('never fails, whatever stands in the line', () => {
    for (const text of [' ', '=', 'x=', ':', 'a:b=', 'mark', 'device ', 'send ', ',,']) {
      expect(() => offered(text, { snapshot: null })).not.toThrow()
    }
  })
})
