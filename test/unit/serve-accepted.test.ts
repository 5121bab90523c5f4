import { describe, expect, it } from 'vitest'
import { codingOf, hasAlready } from '../../src/serve/accepted.ts'

describe('what a request says of answers', () => {
  it.each([
    ['', null],
    ['identity', null],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', null],
    ['br;q=?', null],
  ])('takes of Accept-Encoding %j the coding %j', (accepted, coding) => {
    expect(codingOf(accepted)).toBe(coding)
  })

  it.each([
    [undefined, false],
    ['', false],
    ['"other"', false],
    ['"tag-br"', false],
    ['"tag"', true],
    ['W/"tag"', true],
    ['"other" , W/"tag"', true],
    ['*', true],
  ])('finds a tag in If-None-Match %j: %j', (listed, has) => {
    expect(hasAlready(listed, '"tag"')).toBe(has)
    expect(hasAlready(listed, 'W/"tag"')).toBe(has)
  })
})
