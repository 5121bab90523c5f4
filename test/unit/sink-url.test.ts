import { describe, expect, test } from 'vitest'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { redacted } from '../../src/sinks/sink-url-text.ts'
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
    // Slashes that are missing, or too many: user and password would be a path, and a database.
    'postgres:user:s3cret@host',
    'postgres:user:s3cret@host/db',
    'postgres:/user:s3cret@host/db',
    'postgres:///user:s3cret@host/db',
    'postgres:///user:s3cret',
    'mqtt:user:s3cret@host',
    'influx+http:user:s3cret@host/?db=lab',
    'user:s3cret@host/db',
    's3cret:user@host',
    'postgres://user:12/s3c=ret@host',
    'postgres://user:12?s3c=ret@host',
    'postgres://user@s3cret@host/db',
  ])('%s is refused without a part of its password', (url) => {
    expect(errorFor(url)).not.toMatch(/s3c|ret@/)
    expect(redacted(url)).not.toMatch(/s3c|ret@/)
  })

  test.each([
    ['postgres://u:s3c/ret@h/db', 'has a / in its user or password', 'as %2F'],
    ['postgres://u:12#s3c@h/db', 'has a # in its user or password', 'as %23'],
    ['postgres://u:s3c?ret@h/db', 'has a ? in its user or password', 'as %3F'],
    ['postgres://h/db#x', 'has a #', 'as %23'],
    ['postgres://u:s3cret@h:99999/db', 'has a port above 65535', 'from 1 to 65535'],
    ['influx+http://u:987654321/?db=lab', 'has a port above 65535', 'from 1 to 65535'],
    ['mqtt://u:s3cret@h:x/', 'has a port that is no number', 'host:port'],
    ['postgres://u:s3cret@[::1/db', 'has no valid host', 'write'],
    ['s3cret', 'is no URL', 'write one such as postgres://'],
    ['', 'is no URL', 'write one such as postgres://user@host/database or influx+http'],
    [
      'postgresql:',
      'has no // behind its scheme',
      'write one such as postgres://user@host/database',
    ],
    ['postgres:u:s3c@h', 'has no // behind its scheme', 'write one such as postgres://'],
    ['mqtts:u:s3c@h', 'has no // behind its scheme', 'write one such as mqtt://'],
    ['mqtt://u@s3cret@h:1883/', 'has two @ and no password', 'user:password@host'],
    ['postgres:///u:s3cret', 'has no host, and a : in its path', '//'],
    ['postgres:///db?host=/run/pg&port=0', 'port= has no port from 1 to 65535', ''],
    ['postgres://h/db?table=a&table=b', 'table appears twice', 'leave one'],
  ])('%s: says which part is wrong, and what to do', (url, message, hint) => {
    const text = errorFor(url)
    expect(text).toContain(message)
    expect(text).toContain(hint)
    expect(text).not.toMatch(/s3c|ret@|987654321/)
  })

  test('of a Unix socket may name a port, and a value of its query have an @', () => {
    const url = 'postgres:///db?host=/run/pg&port=5433&user=a@b'
    expect(planSink(url, 0, {}).settings).toMatchObject({
      host: '/run/pg',
      port: 5433,
      user: 'a@b',
    })
  })

  test('may have a password of any signs, escaped', () => {
    const { target, name } = planSink('influx+http://u:1%2F2%3F%23%40@host/p/?db=lab', 0, {})
    expect([target, name]).toEqual(Array(2).fill('influx+http://host/p/?db=lab'))
  })
})
