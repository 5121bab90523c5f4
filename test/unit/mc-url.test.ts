import { describe, expect, it } from 'vitest'
import { parsePlcUrl, placeOf } from '../../src/sources/mc/plc-url.ts'

describe('the URL of a PLC', () => {
  it('has the defaults of the own station', () => {
    expect(parsePlcUrl('mc3e://127.0.0.1:5007')).toEqual({
      host: '127.0.0.1',
      port: 5007,
      code: 'ascii',
      route: { network: 0, pc: 255, io: 1023, station: 0 },
      timer: 16,
    })
  })

  it('says all of it', () => {
    const url = 'mc3e://[::1]:1/?network=1&pc=2&io=0x3E0&station=4&timer=0&code=binary'
    const target = parsePlcUrl(url)
    expect(target).toEqual({
      host: '::1',
      port: 1,
      code: 'binary',
      route: { network: 1, pc: 2, io: 0x3e0, station: 4 },
      timer: 0,
    })
    expect(placeOf(target)).toBe('[::1]:1')
    expect(placeOf(parsePlcUrl('mc3e://plc.example:5007'))).toBe('plc.example:5007')
  })

  it.each([
    ['5007', /no URL of a PLC/],
    ['http://127.0.0.1:5007', /does not begin with mc3e/],
    ['mc3e://127.0.0.1', /names no port/],
    ['mc3e://127.0.0.1:70000', /no URL of a PLC/],
    ['mc3e://:5007', /no URL|names no host/],
    ['mc3e://me@127.0.0.1:5007', /more than a host/],
    ['mc3e://127.0.0.1:5007/D100', /more than a host/],
    ['mc3e://127.0.0.1:5007?timeout=3', /has no 'timeout'/],
    ['mc3e://127.0.0.1:5007?timer=1&timer=2', /appears twice/],
    ['mc3e://127.0.0.1:5007?timer=65536', /0 to 65535/],
    ['mc3e://127.0.0.1:5007?io=3FF', /hexadecimal as 0x3FF/ /* in the hint */],
    ['mc3e://127.0.0.1:5007?pc=-1', /pc=-1/],
    ['mc3e://127.0.0.1:5007?code=utf8', /neither ascii nor binary/],
  ])('wrong: %s', (url, message) => {
    let said = ''
    try {
      parsePlcUrl(url)
    } catch (error) {
      said = `${(error as Error).message}; ${(error as { hint: string }).hint}`
    }
    expect(said).toMatch(message)
  })
})
