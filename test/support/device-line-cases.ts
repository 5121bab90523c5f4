import { withCrc } from '../../src/protocol/crc.ts'

/** Lines of a device and what each is to the host: its class in the ledger. */
export interface DeviceCase {
  readonly clause: string
  readonly lines: readonly (readonly [line: string, verdict: Verdict])[]
}

/** `valid`, `invalid`: accepted and in range, in the statistics or not. */
export type Verdict = 'valid' | 'invalid' | 'control' | 'malformed' | 'crc_errors'

const withStatus = (status: string): string => `{"v":5,"a":0.1,"status":"${status}"}`
const PLAIN = '{"v":5,"a":0.1}'
const PROTECTED = withCrc(PLAIN)
const times = (count: number, line: string, verdict: Verdict): [string, Verdict][] =>
  Array.from({ length: count }, () => [line, verdict])

export const DEVICE_CASES: readonly DeviceCase[] = [
  ...['ok', 'clip', 'LOAD_SPIKE', 'OVF', 'ovf!', ''].map(
    (status): DeviceCase => ({
      clause: `5.1 status '${status}'`,
      lines: [[withStatus(status), 'valid']],
    }),
  ),
  ...['ovf', 'nosensor', 'error', 'reset'].map(
    (status): DeviceCase => ({
      clause: `5.1 status '${status}'`,
      lines: [[withStatus(status), 'invalid']],
    }),
  ),
  {
    clause: '2 blank lines',
    lines: [
      ['', 'control'],
      ['\r', 'control'],
      [' \t', 'control'],
      [PROTECTED, 'valid'],
      ['', 'control'],
    ],
  },
  { clause: '2 byte order mark', lines: [[`\ufeff${PROTECTED}`, 'valid']] },
  { clause: '2 not an object', lines: [['[1]', 'malformed']] },
  { clause: '5.1 no power', lines: [['{"v":1e300,"a":1e10}', 'malformed']] },
  { clause: '3 no CRC at all', lines: times(20, PLAIN, 'valid') },
  {
    clause: '3 wrong, malformed, not last',
    lines: [
      [PROTECTED.replace('5', '6'), 'crc_errors'],
      [PROTECTED.replace(/....(?="\}$)/, 'abcd'), 'crc_errors'],
      ['{"crc":"29B1","v":5,"a":0.1}', 'crc_errors'],
      ['{"v":5,"a":0.1,"crc":null}', 'crc_errors'],
    ],
  },
  {
    clause: '5.1 channels beside voltage and current',
    lines: [
      ['{"v":5,"a":0.1,"soc":85,"lux":35000.5}', 'valid'],
      ['{"soc":85,"a":0.1,"status":"ovf","v":5}', 'invalid'],
      ['{"v":5,"a":0.1,"constructor":1,"":2,"lux":"dark"}', 'valid'],
    ],
  },
  {
    clause: '5.1 a device without voltage or current',
    lines: [
      ['{"soc":85,"seq":4}', 'valid'],
      ['{"soc":86,"v":5,"seq":5}', 'valid'],
      ['{"soc":87,"status":"error","seq":6}', 'invalid'],
      ['{"v":5,"seq":7}', 'malformed'],
      ['{"w":5,"seq":7}', 'malformed'],
      ['{"seq":7,"status":"ok"}', 'malformed'],
      ['{"soc":85,"v":"5","seq":7}', 'malformed'],
    ],
  },
  {
    clause: '5.1 the name of v or a was hit: no channel',
    lines: [
      [PLAIN, 'valid'],
      ['{"v":5,"b":0.1}', 'malformed'],
      ['{"6":5,"a":0.1}', 'malformed'],
      ['{"soc":85}', 'valid'],
      ['{"v":5,"a":0.1,"soc":85}', 'valid'],
      [withCrc('{"soc":85}'), 'valid'],
    ],
  },
  {
    clause: '5.1 protected lines prove that the device sends both',
    lines: [
      [PROTECTED, 'valid'],
      ['{"v":5,"b":0.1}', 'malformed'],
      [withCrc('{"v":5,"b":0.1}'), 'valid'],
    ],
  },
  {
    clause: '5.1 a command that comes back',
    lines: [
      ['{"cmd":"set_interval","value":500,"seq":124}', 'malformed'],
      [withCrc('{"cmd":"set_interval","value":500,"seq":124}'), 'malformed'],
    ],
  },
  {
    clause: '3 missing where the device sends one',
    lines: [
      [PLAIN, 'valid'],
      [PROTECTED, 'valid'],
      [PLAIN, 'crc_errors'],
      ['{"v":5,"a":0.1,"crb":"29B1"}', 'crc_errors'],
      ['{"v":5,"a":0.1,"id":7}', 'crc_errors'],
      ['{"ack":1,"result":"ok"}', 'crc_errors'],
      ['{"hello":"x","boot":1}', 'crc_errors'],
      ['{"gone":[1,2]}', 'crc_errors'],
      ['{"type":"status","message":"x"}', 'crc_errors'],
      ['{"nack":1,"error":"busy"}', 'crc_errors'],
      [PROTECTED, 'valid'],
      [PLAIN, 'crc_errors'],
    ],
  },
  ...['{"ack":1,"result":"ok"}', '{"type":"status","message":"x"}'].map(
    (line): DeviceCase => ({
      clause: '3 any line shows that the device sends one',
      lines: [
        [withCrc(line), 'control'],
        [PLAIN, 'crc_errors'],
      ],
    }),
  ),
  {
    clause: '3 any line shows that the device sends one',
    lines: [
      [withCrc('{"temp":"21.5"}'), 'malformed'],
      [PLAIN, 'crc_errors'],
    ],
  },
  {
    clause: '3 eight in a row: another sketch',
    lines: [
      [PROTECTED, 'valid'],
      ...times(7, PLAIN, 'crc_errors'),
      ['ets Jun  8 2016', 'malformed'],
      ['', 'control'],
      [PLAIN, 'crc_errors'],
      ...times(3, PLAIN, 'valid'),
      [PROTECTED, 'valid'],
      [PLAIN, 'crc_errors'],
    ],
  },
  {
    clause: '3 seven are noise',
    lines: [
      [PROTECTED, 'valid'],
      ...times(7, PLAIN, 'crc_errors'),
      [PROTECTED, 'valid'],
      ...times(7, PLAIN, 'crc_errors'),
      [PROTECTED.replace('5', '6'), 'crc_errors'],
      ...times(7, PLAIN, 'crc_errors'),
      [PROTECTED, 'valid'],
    ],
  },
]
