import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PLANT_TAGS, plantConfig } from '../../mock/mc3e/plant.ts'
import { readPollFiles } from '../../src/cli/polling/poll-files.ts'
import type { PlcPlan } from '../../src/sources/mc/poll-plan.ts'
import { InaError } from '../../src/util/errors.ts'
import { temporaryFolder } from '../support/folder.ts'

const URL = 'url = "mc3e://127.0.0.1:5007"'

/** Reads the first of these files. */
function read(files: Readonly<Record<string, string | Buffer>>): PlcPlan[] {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return readPollFiles([join(folder, Object.keys(files)[0] ?? '')])
}

/** What is wrong with them, without the path of their folder. */
function mistakes(files: Readonly<Record<string, string | Buffer>>): string[] {
  try {
    read(files)
  } catch (error) {
    if (!(error instanceof InaError)) throw error
    expect(error.code).toBe('config_invalid')
    const first = error.message.replace(
      /^\d+ mistakes in what --poll-source names, the first: /,
      '',
    )
    const lines = [first, ...error.details]
    return lines.map((line) => line.replaceAll(/\S*\/(?=[^/\s]+\.(toml|csv))/g, ''))
  }
  return []
}

function tagCount([plan]: readonly PlcPlan[]): number[] {
  return plan?.groups.map(({ tags }) => tags.length) ?? []
}

it('reads what the mock prints', () => {
  const [plan, ...others] = read({ 'p.toml': plantConfig('mc3e://127.0.0.1:5007') })
  expect(others).toEqual([])
  expect(plan).toMatchObject({ label: 'press1', code: 'KRCWO12ELOA101', connections: 5 })
  expect(plan?.target).toMatchObject({ host: '127.0.0.1', port: 5007, code: 'ascii' })
  expect(plan?.groups.map(({ name, mode, intervalMs }) => [name, mode, intervalMs])).toEqual([
    ['power', 'fixed', 1000],
    ['process', 'fixed', 5000],
  ])
  expect(plan?.groups.flatMap(({ tags }) => tags.map(({ channel }) => channel))).toEqual(
    PLANT_TAGS.map(({ channel }) => channel),
  )
})

it('reads lines, processes, PLCs, groups and tags from tables', () => {
  const plans = read({
    'plant.toml': 'plcs = "plcs.csv"\ngroups = "groups.csv"\n',
    'plcs.csv':
      'plc,url,code,line,process\npress1,mc3e://10.0.0.1:5007,KRCWO12ELOA101,A,forming\noven,mc3e://10.0.0.2:5007?code=binary,,B,"heat, treat"\n',
    'groups.csv':
      'plc,group,mode,interval,csv\npress1,power,fixed,1s,a.csv\noven,part,handshake,,b.csv\n',
    'a.csv': 'channel,address\nv,D1\na,D2\n',
    'b.csv': 'channel,address,type,scale,unit,comment\ntemp,D110,float32,,degC,oven\n',
  })
  expect(plans).toMatchObject([
    {
      label: 'press1',
      code: 'KRCWO12ELOA101',
      line: 'A',
      process: 'forming',
      groups: [{ name: 'power', mode: 'fixed', intervalMs: 1000, tags: [{}, {}] }],
    },
    {
      label: 'oven',
      code: null,
      line: 'B',
      process: 'heat, treat',
      target: { code: 'binary' },
      groups: [{ name: 'part', mode: 'handshake', intervalMs: null, tags: [{ unit: 'degC' }] }],
    },
  ])
})

it.each<[string, string]>([
  ['by commas', 'channel,address,type,scale,unit\nx,D1,int16,0.01,bar\ny,M0,,,\n'],
  ['by semicolons', 'channel;address;type;scale;unit\r\nx;D1;int16;0,01;bar\r\ny;M0;;;\r\n'],
  ['by tabs', 'address\tchannel\tscale\tunit\nD1\tx\t0,01\tbar\nM0\ty\t\t\n'],
  ['with a byte order mark', '\ufeffunit,scale,address,channel\nbar,.01,D1,x\n,,M0,y'],
  ['with quotes', '"channel","address","scale","unit"\n"x","D1","0.01","bar"\n\n"y","M0","",""\n'],
  ['with blanks', ' Channel , ADDRESS,scale,unit,comment\n x , D1 ,0.01,bar,"a, b"\ny,M0,,,\n'],
])('reads tags from a table separated %s', (_how, csv) => {
  const plans = read({
    'p.toml': `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "tags.csv"\n`,
    'tags.csv': csv,
  })
  expect(plans[0]?.groups[0]?.tags).toMatchObject([
    { channel: 'x', unit: 'bar', address: 'D1', tag: { type: 'int16', scale: 0.01 } },
    { channel: 'y', unit: '', address: 'M0', tag: { type: 'bit' } },
  ])
})

it('names every mistake of a file by its line', () => {
  const toml = `
[plc.press1]
url = "mc3e://127.0.0.1"
code = "KRCWO12"
conections = 3
[[plc.press1.group]]
name = "power"
interval = "10ms"
tags = [
  { channel = "v", address = "D100", unit = "mV" },
  { channel = "temp", address = "Q1" },
  { channel = "seq", address = "D1" },
  { channel = "x", address = "D2", type = "int17" },
  { channel = "y", address = "D3" }, { channel = "y", address = "D4" },
]
[[plc.press1.group]]
name = "power"
mode = "fast"
tags = [{ adress = "D5", channel = "z" }]
`
  const said = mistakes({ 'p.toml': toml })
  for (const expected of [
    /^p\.toml, line 3: .*names no port/,
    /^p\.toml, line 4: 'KRCWO12' is no equipment code; it has 14 capital letters and digits/,
    /^p\.toml, line 5: unknown key 'conections'; did you mean 'connections'\?/,
    /^p\.toml, line 8: an interval of 10ms is none of 100ms to/,
    /^p\.toml, line 10: 'v' is the voltage in V, not in mV/,
    /^p\.toml, line 11: .*Q1/,
    /^p\.toml, line 12: 'seq' means something else in samples/,
    /^p\.toml, line 13: the type 'int17' is none of a PLC/,
    /^p\.toml, line 14: 'press1' has a channel 'y' already, in p\.toml, line 14/,
    /^p\.toml, line 17: 'press1' has a group 'power' already/,
    /^p\.toml, line 18: there is no mode 'fast'/,
    /^p\.toml, line 19: unknown key 'adress'; did you mean 'address'\?/,
    /^p\.toml, line 19: 'address' is missing/,
  ]) {
    expect(said).toContainEqual(expect.stringMatching(expected))
  }
})

it('names every bad row of a table by its number, of which the header is 1', () => {
  const csv = [
    'channel,address,type,scale,unit',
    'ok,D1,int16,,',
    ',D2,int16,,',
    'b,,int16,,',
    '',
    'c,D9999999,int16,,',
    'd,D3,int16,fast,',
    'e,D4,int16,1,bar,more',
    '"f,D5,int16',
  ].join('\n')
  const said = mistakes({
    'p.toml': `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "tags.csv"\n`,
    'tags.csv': csv,
  })
  expect(said).toEqual([
    expect.stringMatching(/^tags\.csv, row 3: 'channel' is missing/),
    expect.stringMatching(/^tags\.csv, row 4: 'address' is missing/),
    expect.stringMatching(/^tags\.csv, row 6: .*D9999999/),
    expect.stringMatching(/^tags\.csv, row 7: 'scale' must be a number/),
    expect.stringMatching(/^tags\.csv, row 8: it has 6 cells, and the header 5/),
    expect.stringMatching(/^tags\.csv, row 9: a quote is not closed/),
  ])
})

it.each<[string, string, RegExp]>([
  ['no header', 'x,D1\ny,D2\n', /^tags\.csv, row 1: there is no header; write one such as channel/],
  ['a column too many', 'channel,adress\nx,D1\n', /there is no column 'adress'; did you mean/],
  [
    'a column missing',
    'channel,type\nx,int16\n',
    /^tags\.csv, row 1: the column 'address' is missing/,
  ],
  ['nothing in it', '', /^tags\.csv: it is empty/],
  ['a column twice', 'channel,address,channel\nx,D1,y\n', /the column 'channel' is there twice/],
  ['no rows', 'channel,address\n', /the group 'g' has no tag$/],
])('refuses a table with %s', (_what, csv, message) => {
  const said = mistakes({
    'p.toml': `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "tags.csv"\n`,
    'tags.csv': csv,
  })
  expect(said).toContainEqual(expect.stringMatching(message))
})

const GROUP = 'interval = "1s"\ntags = [{ channel = "x", address = "D1" }]\n'

it.each<[string, string, RegExp]>([
  ['no PLC', '', /^p\.toml: it describes no PLC/],
  ['a PLC without a group', `[plc.a]\n${URL}\n`, /'a' has no group/],
  ['no TOML', '[plc', /^the file of --poll-source p\.toml, line 1.* is not valid TOML/],
  [
    'voltage and current in two groups',
    `[plc.a]\n${URL}\n[[plc.a.group]]\nname="g"\ninterval="1s"\ntags=[{channel="v",address="D1"}]\n[[plc.a.group]]\nname="h"\ninterval="1s"\ntags=[{channel="a",address="D2"}]\n`,
    /'v' and 'a' of 'a' are in different groups/,
  ],
  [
    'an equipment code twice',
    ['a', 'b']
      .map(
        (each) =>
          `[plc.${each}]\n${URL}\ncode = "KRCWO12ELOA101"\n[[plc.${each}.group]]\nname = "g"\n${GROUP}`,
      )
      .join(''),
    /the equipment code KRCWO12ELOA101 is that of 'a' already/,
  ],
  [
    'eleven groups',
    `[plc.a]\n${URL}\n${Array.from({ length: 11 }, (_, i) => `[[plc.a.group]]\nname = "g${i}"\ninterval = "1s"\ntags = [{ channel = "x${i}", address = "D1" }]\n`).join('')}`,
    /11 groups are more than the 10 that run at once, over all PLCs/,
  ],
  [
    'a table that is not there',
    `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "none.csv"\n`,
    /line 6: the table none\.csv can't be read \(ENOENT\)/,
  ],
  [
    'a group of no PLC',
    `groups = "g.csv"\n[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\n${GROUP}`,
    /g\.csv, row 2: there is no PLC 'b'; did you mean 'a'\?|there are a/,
  ],
])('refuses %s', (_what, toml, message) => {
  const said = mistakes({
    'p.toml': toml,
    'g.csv': 'plc,group,interval,csv\nb,g,1s,t.csv\n',
    't.csv': 'channel,address\ny,D1\n',
  })
  expect(said).toContainEqual(expect.stringMatching(message))
})

it('says how many more mistakes there are', () => {
  const rows = Array.from({ length: 32 }, (_, i) => `x${i},Q${i}`)
  const said = mistakes({
    'p.toml': `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "tags.csv"\n`,
    'tags.csv': ['channel,address', ...rows].join('\n'),
  })
  expect(said).toHaveLength(21)
  expect(said.at(-1)).toBe('and 12 more')
})

it('has room for 10 groups of 100 tags, and no more than 1000 of a PLC', () => {
  const groups = (tags: number): string =>
    Array.from({ length: 10 }, (_, g) => {
      const list = Array.from({ length: tags }, (_, i) => {
        return `{ channel = "c${g}_${i}", address = "D${g * 200 + i}" }`
      })
      return `[[plc.a.group]]\nname = "g${g}"\ninterval = "1s"\ntags = [${list.join(',')}]\n`
    }).join('')
  expect(tagCount(read({ 'p.toml': `[plc.a]\n${URL}\n${groups(100)}` }))).toEqual(
    Array.from({ length: 10 }, () => 100),
  )
  expect(mistakes({ 'p.toml': `[plc.a]\n${URL}\n${groups(101)}` })).toEqual([
    expect.stringMatching(/'a' has 1010 tags; at most 1000 fit/),
  ])
})

const WITH_TABLE = `[plc.a]\n${URL}\n[[plc.a.group]]\nname = "g"\ninterval = "1s"\ncsv = "tags.csv"\n`

it.each<[string, Buffer, string]>([
  ['Latin-1', Buffer.from('channel,address,unit\nx,D1,V\nt,D2,°C\n', 'latin1'), 'row 3'],
  [
    'Latin-1 below a cell of two lines',
    Buffer.from('channel,comment,address\nx,"a\nb",D1\nü,,D2\n', 'latin1'),
    'row 3',
  ],
  ['UTF-16', Buffer.from('\ufeffchannel,address\nx,D1\n', 'utf16le'), 'row 1'],
])('refuses a table in %s', (_what, csv, row) => {
  const said = mistakes({ 'p.toml': WITH_TABLE, 'tags.csv': csv })
  expect(said).toEqual([
    expect.stringMatching(`the table tags.csv, ${row} is not UTF-8; save it as`),
  ])
})

it('refuses a file of TOML that is not UTF-8', () => {
  const toml = Buffer.from(`[plc.a]\n${URL}\nline = "Mühle"\n`, 'latin1')
  expect(mistakes({ 'p.toml': toml })).toEqual([
    'the file of --poll-source p.toml, line 3 is not UTF-8',
  ])
})

it('takes the sign of a table for unreadable characters as it is, in UTF-8', () => {
  const plans = read({ 'p.toml': WITH_TABLE, 'tags.csv': 'channel,address\n\ufffd,D1\n' })
  expect(plans[0]?.groups[0]?.tags[0]?.channel).toBe('\ufffd')
})

it('says a table that is not there once, and mistakes in the order of the rows', () => {
  expect(mistakes({ 'p.toml': WITH_TABLE })).toEqual([
    expect.stringMatching(/tags\.csv can't be read/),
  ])
  const plant = 'plcs = "plcs.csv"\ngroups = "groups.csv"\n'
  const groups = 'plc,group,interval,csv\na,g,1s,t.csv\n'
  const tags = 'channel,address\nx,D1\n'
  expect(mistakes({ 'p.toml': plant, 'groups.csv': groups, 't.csv': tags })).toHaveLength(1)
  const plcs = 'plc,url\na,mc3e://10.0.0.1:5007\n'
  expect(mistakes({ 'p.toml': plant, 'plcs.csv': plcs })).toHaveLength(1)
  const said = mistakes({
    'p.toml': WITH_TABLE,
    'tags.csv': 'channel,address\nx,D1\nx,D2\ny,Q3\nz,D4,5\nq,D5 \nw w,\n"a"b,D6\nx,D7\n',
  })
  expect(said.map((each) => /row (\d+)/.exec(each)?.[1])).toEqual(['3', '4', '5', '7', '8', '9'])
})
