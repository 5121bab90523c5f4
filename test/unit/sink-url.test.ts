import { describe, expect, test } from 'vitest'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { isInaError } from '../../src/util/errors.ts'

function errorFor(url: string): string {
  try {
    planSink(url, 0, {})
  } catch (error) {
    if (isInaError(error) && error.code === 'usage_invalid')
      return `${error.message}; ${error.hint}`
    throw error
  }
  throw new Error(`${url} is taken`)
}

describe('the URL of a sink', () => {
  // A password that begins with digits: up to its sign they would be the port.
  test.each([
    'postgres://user:12/s3cret@host/db',
    'postgres://user:12?s3cret@host/db',
    'postgres://user:12#s3cret@host/db',
    'influx+http://user:12/s3cret@host/?db=lab',
    'mqtt://user:12?s3cret@host/',
    'mqtt://user:s3c/ret@host/',
    'postgres://user:s3cret%zz@host/db',
    'psotgres://user:s3cret@host/db',
    'postgres://user:s3cret@host:99999/db',
    'postgres://user:s3cret@host/db?sslmode=s',
  ])('%s is refused without a part of its password', (url) => {
    expect(errorFor(url)).not.toMatch(/s3c|ret@/)
  })

  test('may have a password of any signs, escaped', () => {
    const { target, name } = planSink('influx+http://u:1%2F2%3F%23%40@host/p/?db=lab', 0, {})
    expect([target, name]).toEqual(Array(2).fill('influx+http://host/p/?db=lab'))
  })
})
