import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'
import { crc16, crcHex, withCrc } from '../../src/protocol/crc.ts'
import type { Frame } from '../../src/protocol/frames.ts'
import { CrcPolicy } from '../../src/protocol/link/crc-policy.ts'

const decode = (text: string): Frame => decodeLine(Buffer.from(text))

describe('CRC-16', () => {
  it('has the check value 0x29B1', () => {
    expect(crcHex(crc16(Buffer.from('123456789')))).toBe('29B1')
    expect(crcHex(crc16(new Uint8Array(0)))).toBe('FFFF')
  })
})

describe('decodeLine: CRC', () => {
  const plain = '{"v":5.02,"a":0.245,"w":1.23,"ts":1712345678,"seq":123,"status":"ok"}'
  const whole = withCrc(plain)

  it('accepts the right one', () => {
    expect(whole).toMatch(/,"crc":"[0-9A-F]{4}"\}$/)
    expect(decode(whole)).toMatchObject({ kind: 'sample', protected: true, seq: 123 })
  })

  it('is checked before anything else is believed', () => {
    expect(decode(whole.replace('5.02', '5.03'))).toEqual({ kind: 'crc_error', reason: 'mismatch' })
    expect(decode('not json at all,"crc":"29B1"}').kind).toBe('crc_error')
  })

  it.each([
    whole.replace(/"crc":"(....)"/, (_all, hex: string) => `"crc":"${hex.toLowerCase()}x"`),
    whole.replace(/"crc":"...."/, '"crc":null'),
    `${plain.slice(0, -1)},"crc":"29B1","x":1}`,
    `{"crc":"29B1",${plain.slice(1)}`,
  ])('does not believe a line whose CRC member is mangled: %s', (text) => {
    expect(decode(text).kind).toBe('crc_error')
  })

  it('finds every flip of one or two bits', () => {
    const bytes = Buffer.from(whole)
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length * 8 - 1 }),
        fc.nat({ max: bytes.length * 8 - 1 }),
        (one, two) => {
          const hit = Buffer.from(bytes)
          hit[one >> 3] = (hit[one >> 3] as number) ^ (1 << (one & 7))
          if (two !== one) hit[two >> 3] = (hit[two >> 3] as number) ^ (1 << (two & 7))
          const policy = new CrcPolicy()
          policy.judge(decode(whole), () => {})
          // Hits in the key `crc` leave an unprotected line, which is not believed either.
          expect(['crc_error', 'malformed']).toContain(policy.judge(decodeLine(hit), () => {}).kind)
        },
      ),
      { numRuns: 5000 },
    )
  })
})
