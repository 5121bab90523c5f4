import { describe, expect, it } from 'vitest'
import { addressName, isOwnMachine, parseServerAddress } from '../../src/remote/server-address.ts'
import { Backoff } from '../../src/util/backoff.ts'

describe('the address of a server', () => {
  it.each([
    ['http://bench:8219', 'http://bench:8219', false],
    ['http://bench:8219/', 'http://bench:8219', false],
    ['https://bench.example.org/power/', 'https://bench.example.org/power', false],
    ['bench', 'http://bench:8219', false],
    ['bench:80', 'http://bench', false],
    ['127.0.0.1', 'http://127.0.0.1:8219', true],
    ['http://127.3.2.1:9000', 'http://127.3.2.1:9000', true],
    ['[::1]:8219', 'http://[::1]:8219', true],
    ['::1', 'http://[::1]:8219', true],
    ['localhost:8219', 'http://localhost:8219', true],
    ['localhost.example.org', 'http://localhost.example.org:8219', false],
    ['unix:/run/ina219.sock', 'unix:/run/ina219.sock', true],
  ])('%s is %s, on this machine: %s', (text, name, isOwn) => {
    const address = parseServerAddress(text)
    expect(addressName(address)).toBe(name)
    expect(isOwnMachine(address)).toBe(isOwn)
  })

  it.each([
    ['', 'that is no address'],
    ['unix:', 'a socket needs a path'],
    ['ftp://bench', 'that is no address'],
    ['http://', 'that is no address'],
    ['bench:port', 'that is no address'],
    ['bench:99999', 'that is no address'],
    ['a b', 'that is no address'],
    ['http://bench:8219?token=x', 'nothing stands behind its path'],
    ['http://secret@bench:8219', 'would be seen in lists of processes'],
    ['http://:secret@bench:8219', 'would be seen in lists of processes'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseServerAddress(text)).toThrow(
      expect.objectContaining({ code: 'usage_invalid', message: expect.stringContaining(reason) }),
    )
  })
})

describe('the pauses between attempts', () => {
  it('grow up to 15 s, half of them by chance', () => {
    const pauses = (random: number): number[] => {
      const backoff = new Backoff({
        firstMs: 500,
        longestMs: 15_000,
        jitter: 0.5,
        random: () => random,
      })
      return Array.from({ length: 8 }, () => backoff.next())
    }
    expect(pauses(1)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
    expect(pauses(0)).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500, 7500])
  })

  it('begin anew only after a connection that lasted a minute', () => {
    const backoff = new Backoff({ firstMs: 500, longestMs: 15_000, jitter: 0.5, random: () => 1 })
    expect([backoff.next(), backoff.next()]).toEqual([500, 1000])
    backoff.lost(59_999)
    expect(backoff.next()).toBe(2000)
    backoff.lost(60_000)
    expect(backoff.next()).toBe(500)
  })
})
