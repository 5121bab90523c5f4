import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { isInaError } from '../../src/util/errors.ts'
import { configFolder, dataFolder, defaultLogPath } from '../../src/util/paths.ts'
import { formatIso, parseTime } from '../../src/util/time-text.ts'

test.each([
  ['2026-11-20T20:13:00Z', '2026-11-20T20:13:00.000Z'],
  ['2026-11-20T20:13:00.123456Z', '2026-11-20T20:13:00.123Z'],
  ['2026-11-20 20:13:00+01:00', '2026-11-20T19:13:00.000Z'],
  ['2026-11-20T20:13-0530', '2026-11-21T01:43:00.000Z'],
  ['2026-11-20T20:13:00,5z', '2026-11-20T20:13:00.500Z'],
  ['2026-11-20T20:13+14:00', '2026-11-20T06:13:00.000Z'],
  ['20240405T1013Z', '2024-04-05T10:13:00.000Z'],
  ['20240405T101300.5+0530', '2024-04-05T04:43:00.500Z'],
  ['20240405Z', '2024-04-05T00:00:00.000Z'],
  ['0', '1970-01-01T00:00:00.000Z'],
  ['1712345678', '2024-04-05T19:34:38.000Z'],
  ['1712345678.25', '2024-04-05T19:34:38.250Z'],
  ['1712345678250', '2024-04-05T19:34:38.250Z'],
])('%s is %s', (text, iso) => {
  expect(formatIso(parseTime(text))).toBe(iso)
})

test('without a zone it is local time, dates too', () => {
  expect(parseTime('2026-07-01T12:30')).toBe(new Date(2026, 6, 1, 12, 30).getTime() * 1000)
  expect(parseTime('2026-07-01')).toBe(new Date(2026, 6, 1).getTime() * 1000)
  expect(parseTime('20260701')).toBe(new Date(2026, 6, 1).getTime() * 1000)
  expect(parseTime('20260701T1230')).toBe(new Date(2026, 6, 1, 12, 30).getTime() * 1000)
})

test('fractions are kept to the microsecond', () => {
  expect(parseTime('2026-11-20T20:13:00.123456Z') % 1e6).toBe(123_456)
})

test.each([
  '',
  'now',
  '2026',
  '-5',
  '1e9',
  '2026-13-01',
  '2026-02-30',
  '2026-11-20T25:00',
  '20:13',
  '20241340',
  '20240405T10:13',
  '2024-04-05T1013',
  '20240405T2460',
  '2024-04-05T10:00+25:00',
  '2024-04-05T10:00+14:01',
  '2024-04-05T10:00-1500',
  '2024-04-05T10:00+01:60',
  '99999999999999999999',
])('%j is refused', (text) => {
  try {
    parseTime(text)
  } catch (error) {
    return expect(isInaError(error) && error.code).toBe('usage_invalid')
  }
  throw new Error('it was taken')
})

test('the log lies in the data folder of the user', () => {
  const at = defaultLogPath
  expect(at({ HOME: '/home/x' }, 'linux')).toBe('/home/x/.local/share/ina219/ina219.db')
  expect(at({ HOME: '/home/x', XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/ina219/ina219.db')
  expect(at({ HOME: '/home/x', XDG_DATA_HOME: 'relative' }, 'linux')).toBe(
    '/home/x/.local/share/ina219/ina219.db',
  )
  expect(at({ HOME: '/Users/x' }, 'darwin')).toBe(
    '/Users/x/Library/Application Support/ina219/ina219.db',
  )
  expect(at({ LOCALAPPDATA: '/c/local', HOME: '/x' }, 'win32')).toBe('/c/local/ina219/ina219.db')
})

test('both folders of the user follow the same rules', () => {
  const home = { HOME: '/home/x' }
  expect(configFolder(home, 'linux')).toBe('/home/x/.config/ina219')
  expect(configFolder(home, 'darwin')).toBe('/home/x/.config/ina219')
  expect(configFolder({ ...home, XDG_CONFIG_HOME: '/etc/x' }, 'linux')).toBe('/etc/x/ina219')
  expect(configFolder({ ...home, APPDATA: '/c/roaming' }, 'win32')).toBe('/c/roaming/ina219')
  // Another system's variable is none of ours.
  expect(configFolder({ ...home, APPDATA: '/c/roaming' }, 'linux')).toBe('/home/x/.config/ina219')
  for (const unset of ['', 'relative', './x']) {
    expect(configFolder({ ...home, XDG_CONFIG_HOME: unset }, 'linux')).toBe(
      '/home/x/.config/ina219',
    )
    expect(dataFolder({ ...home, XDG_DATA_HOME: unset }, 'linux')).toBe(
      '/home/x/.local/share/ina219',
    )
    expect(configFolder({ HOME: unset }, 'linux')).toBe(`${userInfo().homedir}/.config/ina219`)
    expect(dataFolder({ HOME: unset }, 'linux')).toBe(`${userInfo().homedir}/.local/share/ina219`)
  }
})
