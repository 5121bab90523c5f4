import { withCrc } from '../../src/protocol/crc.ts'

/** What a device answers to a command: `ok`, or the error of the nack (PROTOCOL.md 5.3). */
export interface CommandCase {
  /** Clause of PROTOCOL.md. */
  readonly clause: string
  readonly cmd: string
  readonly members: Readonly<Record<string, unknown>>
  readonly answer: string
}

function each(
  clause: string,
  cmd: string,
  answer: string,
  ...members: Readonly<Record<string, unknown>>[]
): CommandCase[] {
  return members.map((each) => ({ clause, cmd, members: each, answer }))
}

const values = (...list: unknown[]): { value: unknown }[] => list.map((value) => ({ value }))

/** Every command of PROTOCOL.md 6 at each of its limits, and one step past it. */
export const COMMAND_CASES: readonly CommandCase[] = [
  ...each('6 hello', 'hello', 'ok', {}),
  ...each('6 set_interval', 'set_interval', 'ok', ...values(0, 1, 3_600_000, 500.0)),
  ...each('6 set_interval', 'set_interval', 'ok', { value_ms: 1 }, { value_ms: 3_600_000 }),
  ...each('6 set_interval', 'set_interval', 'range', ...values(-1, 3_600_001, 0.5, '500', true)),
  ...each('6 set_interval', 'set_interval', 'range', {}, { value: null }, { value: [500] }),
  ...each('6 set_interval', 'set_interval', 'range', { value_ms: 3_600_001 }),
  ...each('6 set_time', 'set_time', 'ok', ...values(1e9, 1_790_000_000.25, 4_294_967_295)),
  ...each('6 set_time', 'set_time', 'ok', ...values(1e12, 4_294_967_295_999)),
  ...each('6 set_time', 'set_time', 'range', ...values(999_999_999, 4_294_967_296, 99_999_999_999)),
  ...each('6 set_time', 'set_time', 'range', ...values(1e11, 999_999_999_999, 4_294_967_296_000)),
  ...each('6 set_time', 'set_time', 'range', ...values(-1.7e9, 1e300, 'now', null)),
  ...each('6 set_range', 'set_range', 'ok', ...values(16, 32)),
  ...each('6 set_range', 'set_range', 'ok', { value: 16, shunt_mv: 40 }),
  ...each('6 set_range', 'set_range', 'ok', { value: 16, shunt_mv: 80 }),
  ...each('6 set_range', 'set_range', 'ok', { value: 32, shunt_mv: 160 }),
  ...each('6 set_range', 'set_range', 'ok', { value: 32, shunt_mv: 320 }),
  ...each('6 set_range', 'set_range', 'range', ...values(0, 15, 17, 26, 33, '16', null), {}),
  ...each('6 set_range', 'set_range', 'range', { value: 16, shunt_mv: 0 }, { shunt_mv: 320 }),
  ...each('6 set_range', 'set_range', 'range', { value: 16, shunt_mv: 640 }),
  ...each('6 set_range', 'set_range', 'range', { value: 16, shunt_mv: null }),
  ...each('6 set_averaging', 'set_averaging', 'ok', ...values(1, 2, 4, 8, 16, 32, 64, 128)),
  ...[9, 10, 11, 12].flatMap((bits) =>
    each('6 set_averaging', 'set_averaging', 'ok', { value: 1, bits }),
  ),
  ...each('6 set_averaging', 'set_averaging', 'ok', { value: 128, bits: 12 }),
  ...each('6 set_averaging', 'set_averaging', 'range', ...values(0, 3, 127, 129, 256, -1, '8'), {}),
  ...each('6 set_averaging', 'set_averaging', 'range', { value: 1, bits: 8 }),
  ...each('6 set_averaging', 'set_averaging', 'range', { value: 1, bits: 13 }),
  ...each('6 set_averaging', 'set_averaging', 'range', { value: 1, bits: null }),
  ...[9, 10, 11].flatMap((bits) =>
    each('6 set_averaging, with an average 12 only', 'set_averaging', 'range', { value: 2, bits }),
  ),
  ...each('6 set_mode', 'set_mode', 'ok', ...values('stream', 'poll')),
  ...each('6 set_mode', 'set_mode', 'range', ...values('fast', 'STREAM', '', 1, null), {}),
  ...each('6 read', 'read', 'ok', {}),
  ...each('6 set_threshold', 'set_threshold', 'ok', ...values(1.5, 2000, -2000, 0, null)),
  ...each('6 set_threshold', 'set_threshold', 'ok', { value: 2000, low: 2000 }),
  ...each('6 set_threshold', 'set_threshold', 'ok', { value: -1, low: -2000 }),
  ...['a', 'v', 'w'].flatMap((quantity) =>
    each('6 set_threshold', 'set_threshold', 'ok', { value: 1, quantity }),
  ),
  ...each('6 set_threshold', 'set_threshold', 'range', ...values(2000.000001, -2000.000001, 1e9)),
  ...each('6 set_threshold', 'set_threshold', 'range', ...values('1', true, 1e300), {}),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1.5, low: 1.500001 }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, low: -2000.000001 }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, low: null }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, quantity: 'x' }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, quantity: null }),
  ...each('6 set_threshold', 'set_threshold', 'ok', { value: 1, conversions: 255 }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, conversions: 256 }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, conversions: 0 }),
  ...each('6 set_threshold', 'set_threshold', 'ok', { value: 1, latch: true }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, latch: 1 }),
  ...['off', 'on', 'hold'].flatMap((lost) =>
    each('6 set_threshold', 'set_threshold', 'ok', { value: 1, lost }),
  ),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, lost: 'x' }),
  ...each('6 set_threshold', 'set_threshold', 'range', { value: 1, lost: true }),
  ...each('6 set_threshold', 'set_threshold', 'ok', { value: null, quantity: 'x' }),
  ...each('6 set_shunt', 'set_shunt', 'ok', ...values(0.0001, 100, 0.1)),
  ...each(
    '6 set_shunt',
    'set_shunt',
    'ok',
    { value: 0.1, amax: 3.2 },
    { value: 0.1, amax: 0.2048 },
  ),
  ...each('6 set_shunt', 'set_shunt', 'ok', { value: 0.0001, amax: 3200 }),
  ...each('6 set_shunt', 'set_shunt', 'range', ...values(0, -0.1, 0.000099, 100.000001, '0.1'), {}),
  ...each('6 set_shunt', 'set_shunt', 'range', { value: 0.1, amax: 3.200001 }),
  ...each('6 set_shunt', 'set_shunt', 'range', { value: 0.1, amax: 0.204799 }),
  ...each('6 set_shunt', 'set_shunt', 'range', { value: 0.1, amax: -3.2 }),
  ...each('6 set_shunt', 'set_shunt', 'range', { value: 0.1, amax: null }),
  ...each('6 save', 'save', 'ok', {}),
  ...each('6 defaults', 'defaults', 'ok', {}),
  ...each('5.3 unknown', 'fly', 'unknown', {}),
  ...each('5.3 unknown', 'constructor', 'unknown', {}),
  ...each('1 set_baud', 'set_baud', 'range', ...values(9599, 1_000_001, 2_000_000, 115_200.5)),
  // Further off than 2.5 % at 16 MHz.
  ...each('1 set_baud', 'set_baud', 'range', ...values(230_400, 460_800, 700_000, 921_600)),
  ...each('1 set_baud', 'set_baud', 'range', ...values('115200', null), {}),
  ...each('1 set_baud', 'set_baud', 'ok', ...values(9600, 19_200, 38_400, 57_600, 76_800)),
  ...each('1 set_baud', 'set_baud', 'ok', ...values(250_000, 500_000, 1_000_000, 115_200)),
  ...each('1 set_baud', 'set_baud', 'ok', ...values(74_880, 115_200)),
]

/** Every command of PROTOCOL.md 6.1 as a device answers it that knows it. */
export const OPTIONAL_CASES: readonly CommandCase[] = [
  ...each('6.1 set_zero', 'set_zero', 'ok', ...values(0, 0.0012, -0.32, 0.32), {}),
  ...each('6.1 set_zero', 'set_zero', 'range', ...values(0.320001, -0.320001, '0', true)),
  ...each('6.1 set_gain', 'set_gain', 'ok', ...values(0.5, 1, 2, 1.0042)),
  ...each('6.1 set_gain', 'set_gain', 'range', ...values(0.499999, 2.000001, -1, '1', null), {}),
  ...each('6.1 set_output', 'set_output', 'ok', ...values({ A: true }, { B: true, D: false })),
  ...each('6.1 set_output', 'set_output', 'range', ...values({ E: true }, { A: 1 }, {}, 'A'), {}),
  ...each(
    '6.1 set_output',
    'set_output',
    'ok',
    { keep: true },
    { value: { A: true }, keep: false },
  ),
  ...each('6.1 set_output', 'set_output', 'range', { keep: 1 }, { value: 'A', keep: true }),
  ...each('6.1 set_cutoff', 'set_cutoff', 'ok', ...values('off', { output: 'A', above: 2.5 })),
  ...each('6.1 set_cutoff', 'set_cutoff', 'ok', {
    value: { output: 'D', above: 0, conversions: 255 },
  }),
  ...each(
    '6.1 set_cutoff',
    'set_cutoff',
    'range',
    ...values('on', null, { output: 'E', above: 1 }, { output: 'A' }, { output: 'A', above: -1 }),
    ...values({ output: 'A', above: 1, conversions: 0 }),
  ),
  // While one is set, a trigger may be refused.
  ...each('6.1 set_cutoff', 'set_cutoff', 'ok', { value: 'off' }),
  ...each('6.1 set_detail', 'set_detail', 'ok', ...values(true, false)),
  ...each('6.1 set_detail', 'set_detail', 'range', ...values(1, 'on', null, {}), {}),
  ...each('6.1 selftest', 'selftest', 'ok', {}),
  ...each('6.1 set_us', 'set_us', 'ok', ...values(true, false)),
  ...each('6.1 set_us', 'set_us', 'range', ...values(0, 'us', null), {}),
  ...each(
    '6.1 set_trigger',
    'set_trigger',
    'range',
    ...values('on', null, 1, {}, { level: '1' }),
    {},
  ),
  ...each('6.1 set_trigger', 'set_trigger', 'range', ...values({ level: 3.3 }, { level: -3.3 })),
  ...each('6.1 set_trigger', 'set_trigger', 'range', {
    value: { level: 1, slope: 'up' },
  }),
  ...each(
    '6.1 set_trigger',
    'set_trigger',
    'range',
    ...[91, -1, 2.5, '1'].map((pre) => ({ value: { level: 1, pre } })),
  ),
  ...each('6.1 get_burst', 'get_burst', 'range', {}),
  ...each('6.1 set_trigger', 'set_trigger', 'ok', {
    value: { level: -1.5, slope: 'fall', pre: 90 },
  }),
  ...each('6.1 set_trigger', 'set_trigger', 'ok', ...values({ level: 1.5 }, 'off', 'off')),
]

/** Commands one after the other, and what `hello` says then. */
export interface SettingCase {
  readonly clause: string
  readonly commands: readonly Readonly<Record<string, unknown>>[]
  readonly hello: Readonly<Record<string, unknown>>
}

/** The same for the commands of 6.1, for a device that knows all that are in it. */
export const OPTIONAL_SETTING_CASES: readonly SettingCase[] = [
  {
    clause: '6.1 defaults leave the calibration',
    commands: [
      { cmd: 'set_zero', value: 0.0012 },
      { cmd: 'set_gain', value: 1.0042 },
      { cmd: 'defaults' },
    ],
    hello: { zero: 0.0012, gain: 1.0042 },
  },
  {
    clause: '6.1 outputs that are not named stay',
    commands: [
      { cmd: 'set_output', value: { A: true, B: true } },
      { cmd: 'set_output', value: { A: false } },
    ],
    hello: { outputs: { A: false, B: true, C: false, D: false } },
  },
  {
    clause: '6.1 keep alone leaves the outputs',
    commands: [
      { cmd: 'set_output', value: { A: true, B: false } },
      { cmd: 'set_output', keep: true },
    ],
    hello: { outputs: { A: true, B: false, C: false, D: false }, keep: true },
  },
]

/** Each begins after `defaults`. */
export const SETTING_CASES: readonly SettingCase[] = [
  {
    clause: '6 defaults',
    commands: [],
    hello: { interval: 1000, shunt: 0.1, range: 32, amax: 3.2, avg: 1, bits: 12, mode: 'stream' },
  },
  {
    clause: '6 set_averaging, 12 if absent',
    commands: [
      { cmd: 'set_averaging', value: 1, bits: 9 },
      { cmd: 'set_averaging', value: 1 },
    ],
    hello: { avg: 1, bits: 12 },
  },
  {
    clause: '6 set_range, absent: as it is',
    commands: [
      { cmd: 'set_range', value: 16, shunt_mv: 80 },
      { cmd: 'set_range', value: 32 },
    ],
    hello: { range: 32, amax: 0.8 },
  },
  {
    clause: '5.2 amax, the smaller of what was set',
    commands: [
      { cmd: 'set_shunt', value: 0.1, amax: 1 },
      { cmd: 'set_range', value: 32, shunt_mv: 320 },
    ],
    hello: { shunt: 0.1, amax: 1 },
  },
  {
    clause: '5.2 amax, what the shunt range lets through',
    commands: [
      { cmd: 'set_shunt', value: 0.01 },
      { cmd: 'set_range', value: 32, shunt_mv: 160 },
    ],
    hello: { shunt: 0.01, amax: 16 },
  },
  {
    clause: '6 set_shunt, default 0.32 / shunt',
    commands: [
      { cmd: 'set_shunt', value: 0.1, amax: 1 },
      { cmd: 'set_shunt', value: 0.03 },
    ],
    hello: { shunt: 0.03, amax: 10.666666 },
  },
  {
    clause: '6 a command is refused as a whole',
    commands: [{ cmd: 'set_range', value: 16, shunt_mv: 50 }],
    hello: { range: 32, amax: 3.2 },
  },
  {
    clause: '6 defaults, rate excepted',
    commands: [
      { cmd: 'set_interval', value: 250 },
      { cmd: 'set_baud', value: 250_000 },
      { cmd: 'defaults' },
    ],
    hello: { interval: 1000, baud: 250_000 },
  },
]

/** What a device answers to a raw line; samples as `{r: seq}`. */
export interface LineCase {
  readonly clause: string
  readonly line: string
  readonly answers: readonly unknown[]
}

const nack = (number: number | null, error: string): unknown[] => [{ nack: number, error }]
const ok = (number: number): unknown[] => [{ ack: number, result: 'ok' }]
/** A command's line of exactly so many bytes. */
const ofLength = (bytes: number): string => {
  const [begin, end] = ['{"cmd":"save","seq":601,"x":"', '"}']
  return `${begin}${'y'.repeat(bytes - begin.length - end.length)}${end}`
}

/** Host lines in this order, after three samples with the numbers 0 to 2 were read. */
export const HOST_LINE_CASES: readonly LineCase[] = [
  { clause: '2 blank', line: '', answers: [] },
  { clause: '2 blank', line: '\r', answers: [] },
  { clause: '2 blank', line: ' \t \r', answers: [] },
  { clause: '2 white space', line: ' { "seq" : 7 ,\t"cmd" : "save" } \r', answers: ok(7) },
  { clause: '2 length', line: ofLength(512), answers: ok(601) },
  { clause: '2 length', line: `${ofLength(512)}\r`, answers: ok(601) },
  { clause: '2 length', line: ofLength(513), answers: nack(null, 'overlong') },
  { clause: '2 length', line: ' '.repeat(513), answers: nack(null, 'overlong') },
  { clause: '2 unknown members', line: '{"x":[1,{"y":2}],"cmd":"save","seq":8}', answers: ok(8) },
  { clause: '3 CRC', line: withCrc('{"cmd":"save","seq":9}'), answers: ok(9) },
  { clause: '3 CRC', line: '{"cmd":"save","seq":9,"crc":"0000"}', answers: nack(null, 'crc') },
  {
    clause: '3 lower case',
    line: withCrc('{"cmd":"hello","seq":1}').replace('D', 'd'),
    answers: nack(null, 'crc'),
  },
  { clause: '3 not last', line: '{"crc":"3D94","cmd":"save"}', answers: nack(null, 'crc') },
  { clause: '3 not a text', line: '{"cmd":"save","crc":null}', answers: nack(null, 'crc') },
  { clause: '3 name hit', line: '{"cmd":"save","crb":"29B1"}', answers: nack(null, 'crc') },
  { clause: '3 name hit', line: '{"cmd":"save","seq":10,"crb":"29B"}', answers: ok(10) },
  { clause: '3 name hit', line: '{"cmd":"save","seq":11,"x":{"y":"29B1"}}', answers: ok(11) },
  {
    clause: '3 known name',
    line: '{"seq":12,"cmd":"set_threshold","value":1,"quantity":"xxxx"}',
    answers: nack(12, 'range'),
  },
  { clause: '5.3 syntax', line: 'x#$%&{"cmd":', answers: nack(null, 'syntax') },
  { clause: '5.3 syntax', line: 'x,"crc":"0000"}', answers: nack(null, 'syntax') },
  { clause: '5.3 syntax', line: '[1]', answers: nack(null, 'syntax') },
  { clause: '5.3 syntax', line: '"text"', answers: nack(null, 'syntax') },
  { clause: '5.3 syntax', line: '{}', answers: nack(null, 'syntax') },
  { clause: '5.3 syntax', line: '{"cmd":"save","seq":3', answers: nack(null, 'syntax') },
  { clause: '5.3 no number', line: '{"cmd":"save"}', answers: nack(null, 'syntax') },
  { clause: '5.3 no number', line: '{"cmd":"save","seq":-1}', answers: nack(null, 'syntax') },
  { clause: '5.3 no number', line: '{"cmd":"save","seq":1.5}', answers: nack(null, 'syntax') },
  {
    clause: '5.3 no number',
    line: '{"cmd":"save","seq":4294967296}',
    answers: nack(null, 'syntax'),
  },
  { clause: '6 Number', line: '{"cmd":"save","seq":4294967295}', answers: ok(4294967295) },
  { clause: '5.3 number', line: '{"cmd":1,"seq":13}', answers: nack(13, 'syntax') },
  { clause: '5.3 number', line: '{"seq":14}', answers: nack(14, 'syntax') },
  { clause: '5.3 number', line: '{"nack":[1,2,3],"seq":15}', answers: nack(15, 'syntax') },
  { clause: '6 ack', line: '{"ack":12}', answers: [] },
  { clause: '6 ack', line: '{"ack":-1}', answers: nack(null, 'syntax') },
  { clause: '6 nack', line: '{"nack":[1]}', answers: [{ r: 1 }] },
  { clause: '6 nack', line: '{"nack":1}', answers: nack(null, 'syntax') },
  { clause: '6 nack', line: '{"nack":[]}', answers: nack(null, 'syntax') },
  { clause: '6 nack', line: '{"nack":[1.5,2]}', answers: nack(null, 'syntax') },
  { clause: '7 replay', line: '{"nack":[0,2]}', answers: [{ r: 0 }, { r: 1 }, { r: 2 }] },
  { clause: '7 not yet', line: '{"nack":[2,5]}', answers: [{ r: 2 }, { gone: [3, 5] }] },
  {
    clause: '7 too old',
    line: '{"nack":[4294967290,4294967295]}',
    answers: [{ gone: [4294967290, 4294967295] }],
  },
  {
    clause: '7 may wrap',
    line: '{"nack":[4294967294,0]}',
    answers: [{ gone: [4294967294, 4294967295] }, { r: 0 }],
  },
  {
    clause: '7 longer than depth',
    line: '{"nack":[1,0]}',
    answers: [{ r: 1 }, { r: 2 }, { gone: [3, 0] }],
  },
]
