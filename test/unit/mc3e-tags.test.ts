import { describe, expect, it } from 'vitest'
import { addressText, parseAddress } from '../../src/protocol/mc3e/address.ts'
import { endCodeWords } from '../../src/protocol/mc3e/end-codes.ts'
import { parseTag, type TagText, tagValue } from '../../src/protocol/mc3e/tag.ts'

const caught = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return `${(error as Error).message}; ${(error as { hint: string }).hint}`
  }
  throw new Error('no error')
}

describe('an address', () => {
  it.each([
    ['D100', 'D', 100, null],
    ['W1F', 'W', 0x1f, null],
    ['X10', 'X', 0x10, null],
    ['y2a', 'Y', 0x2a, null],
    ['BF0', 'B', 0xf0, null],
    ['ZR1000', 'ZR', 1000, null],
    ['ZR16777215', 'ZR', 0xffffff, null],
    ['R32767', 'R', 32_767, null],
    ['M0', 'M', 0, null],
    ['D100.5', 'D', 100, 5],
    ['W1F.a', 'W', 0x1f, 10],
    ['SD203', 'SD', 203, null],
    ['TN12', 'TN', 12, null],
    ['D999999', 'D', 999_999, null],
    ['XFFFFFF', 'X', 0xffffff, null],
  ] as const)('%s', (text, name, number, bit) => {
    const address = parseAddress(text)
    expect([address.device.name, address.number, address.bit]).toEqual([name, number, bit])
    expect(addressText(address)).toBe(text.toUpperCase())
  })

  it.each([
    ['', /character 1, at its end: no device/],
    ['100', /character 1, near '1': no device/],
    ['Q100', /character 1, near 'Q'/],
    ['T0', /TN for the value of a timer/],
    ['C5', /CN for the value of a counter/],
    ['D', /character 2, at its end: a decimal number has to follow D/],
    ['D1F', /character 3, near 'F': points of D are counted in decimal digits/],
    ['X1G', /character 3, near 'G': points of X are counted in hexadecimal digits/],
    ['D 100', /character 2, near ' '/],
    ['D100.', /character 6, at its end: a bit of a word is one hexadecimal digit/],
    ['D100.G', /character 6, near 'G'/],
    ['D100.12', /write .C for bit 12/],
    ['M10.1', /character 4, near '.': M is a bit already/],
    ['D1000000', /character 2, near '1': a frame reaches D999999 at most/],
    ['ZR16777216', /a frame reaches ZR16777215 at most/],
    ['X1000000', /a frame reaches XFFFFFF at most/],
    ['D-1', /character 2, near '-'/],
  ])('wrong: %s', (text, message) => {
    expect(caught(() => parseAddress(text))).toMatch(message)
  })
})

describe('a value', () => {
  const value = (text: TagText, words: readonly number[], bit = 0): number | string | null =>
    tagValue(parseTag(text), words, bit)

  it.each([
    ['int16', [0xffff], -1],
    ['uint16', [0xffff], 65_535],
    ['int32', [0xfffe, 0xffff], -2],
    ['int32 high-first', [0xffff, 0xfffe], -2],
    ['uint32', [0x5678, 0x1234], 0x12345678],
    ['uint32', [0xffff, 0xffff], 4_294_967_295],
    ['uint32 high-first', [0x1234, 0x5678], 0x12345678],
    // 21.3 is 0x41AA6666.
    ['float32', [0x6666, 0x41aa], 21.3],
    ['float32 high-first', [0x41aa, 0x6666], 21.3],
    ['float32', [0x0000, 0x0000], 0],
    ['float32', [0xffff, 0x7f7f], 3.4028235e38],
    ['float32', [0x0001, 0x0000], 1e-45],
    ['float32', [0x0000, 0x7fc0], null],
    ['float32', [0x0000, 0x7f80], null],
    ['string 8', [0x4c41, 0x2d55, 0x2e32, 0x0035], 'ALU-2.5'],
    ['string 8 high-first', [0x414c, 0x552d, 0x322e, 0x3520], 'ALU-2.5'],
    ['string 3', [0x4241, 0x4443], 'ABC'],
    ['string 2', [0x0741], 'A\ufffd'],
  ] as const)('%s of %j is %j', (type, words, expected) => {
    expect(value({ address: 'D0', type }, words)).toBe(expected)
  })

  it('a bit, of a word and of a bit device', () => {
    expect(value({ address: 'D0.5' }, [0b100000], 5)).toBe(1)
    expect(value({ address: 'M5', type: 'bit' }, [0b11111], 5)).toBe(0)
  })

  it('every float is the shortest number that is the same float', () => {
    for (let i = 0; i < 20_000; i++) {
      const bits = Math.imul(i, 0x9e3779b1) >>> 0
      const read = value({ address: 'D0', type: 'float32' }, [bits & 0xffff, bits >>> 16])
      const view = new DataView(new ArrayBuffer(4))
      view.setUint32(0, bits)
      const float = view.getFloat32(0)
      const isRight = Number.isFinite(float) ? Math.fround(read as number) === float : read === null
      if (!isRight) throw new Error(`${bits.toString(16)} was read as ${read}`)
    }
  })

  it('a scale keeps the digits of the PLC', () => {
    const hundredth = parseTag({ address: 'D0', type: 'int16', scale: 0.01 })
    for (let raw = -32_768; raw <= 32_767; raw++) {
      const read = tagValue(hundredth, [raw & 0xffff], 0)
      if (read !== Number((raw / 100).toFixed(2))) throw new Error(`${raw} was read as ${read}`)
    }
    expect(value({ address: 'D0', type: 'int16', scale: 0.001 }, [1129])).toBe(1.129)
    expect(value({ address: 'D0', type: 'int16', scale: 25 }, [3])).toBe(75)
    expect(value({ address: 'D0', type: 'uint32', scale: 1e-7 }, [7, 0])).toBe(7e-7)
    expect(value({ address: 'D0', type: 'float32', scale: 0.1 }, [0x6666, 0x41aa])).toBe(2.13)
    expect(value({ address: 'D0', type: 'int16', scale: -0.5 }, [3])).toBe(-1.5)
  })

  it.each([
    [{ address: 'D0', type: 'real' }, /'real' is none of a PLC; the types are/],
    [{ address: 'D0', type: 'flot32' }, /did you mean 'float32'/],
    [{ address: 'D0', type: 'bit' }, /D0 is a word, not a bit; name one of its bits/],
    [{ address: 'D0.1', type: 'int16' }, /one bit, which is no int16/],
    [{ address: 'M5', type: 'int16' }, /middle of a word.*such as M0/],
    [{ address: 'X18', type: 'uint16' }, /such as X10/],
    [{ address: 'TS0', type: 'int16' }, /one bit/],
    [{ address: 'D0', type: 'string' }, /no length of 1 to 255/],
    [{ address: 'D0', type: 'string 256' }, /no length/],
    [{ address: 'D0', type: 'int16 high-first' }, /write int16 alone/],
    [{ address: 'D0', type: 'int32 big' }, /low-first or high-first/],
    [{ address: 'D0', scale: 0 }, /the scale of D0/],
    [{ address: 'M0', scale: 2 }, /a bit such as M0 has no scale/],
    [{ address: 'D0', type: 'string 4', scale: 2 }, /has no scale/],
  ] as const)('wrong: %j', (text, message) => {
    expect(caught(() => parseTag(text))).toMatch(message)
  })
})

describe('end codes', () => {
  it('have words, and what to do, whatever they are', () => {
    expect(endCodeWords(0xc056).meaning).toMatch(/beyond the last/)
    expect(endCodeWords(0x4123).hint).toMatch(/QCPU/)
    expect(endCodeWords(0x1234).hint).toMatch(/manual/)
    for (let code = 1; code <= 0xffff; code++) {
      const { meaning, hint } = endCodeWords(code)
      if (meaning === '' || hint === '') throw new Error(`${code} has no words`)
    }
  })
})
