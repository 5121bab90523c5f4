import type { McCode } from '../../protocol/mc3e/fields.ts'
import { OWN_STATION, type Route } from '../../protocol/mc3e/frame.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'

/** Where a PLC is, and how it is spoken to. */
export interface PlcTarget {
  readonly host: string
  readonly port: number
  readonly code: McCode
  readonly route: Route
  /** Monitoring timer, units of 250 ms; 0: the PLC waits without end. */
  readonly timer: number
}

/** 4 s, which SH-080008, 5.3 "Monitoring timer" has for the station that is connected. */
const USUAL_TIMER = 16
const CODES: readonly McCode[] = ['ascii', 'binary']
const EXAMPLE = 'write one such as mc3e://192.168.3.39:5007?code=ascii'
/** Most of each number; hexadecimal ones may be written 0x3FF. */
const MOST = { network: 255, pc: 255, io: 0xffff, station: 31, timer: 0xffff } as const
const PARAMETERS = [...Object.keys(MOST), 'code']

/**
 * Reads `mc3e://127.0.0.1:5007?network=0&pc=255&io=1023&station=0&timer=16&code=ascii` (contract, section 8).
 *
 * @throws InaError config_invalid
 */
export function parsePlcUrl(text: string): PlcTarget {
  const url = readUrl(text)
  const parameters = url.searchParams
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw invalid(
        `the URL of a PLC has no '${name}'`,
        didYouMean(name, PARAMETERS, `it has ${PARAMETERS.join(', ')}`),
      )
    }
    if (parameters.getAll(name).length > 1) {
      throw invalid(`${name} appears twice in '${text}'`, 'leave one of them out')
    }
  }
  const numberOf = (name: keyof typeof MOST, usual: number): number => {
    const value = parameters.get(name)
    if (value === null) return usual
    const number = /^(\d+|0x[0-9a-f]+)$/i.test(value) ? Number(value) : Number.NaN
    if (number <= MOST[name]) return number
    throw invalid(
      `${name}=${value} is no whole number of 0 to ${MOST[name]}`,
      'give a number in that range, hexadecimal as 0x3FF',
    )
  }
  const code = parameters.get('code') ?? 'ascii'
  const known = CODES.find((each) => each === code)
  if (known === undefined) throw invalid(`code=${code} is neither ascii nor binary`, EXAMPLE)
  return {
    // Without the brackets of an IPv6 address.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port),
    code: known,
    route: {
      network: numberOf('network', OWN_STATION.network),
      pc: numberOf('pc', OWN_STATION.pc),
      io: numberOf('io', OWN_STATION.io),
      station: numberOf('station', OWN_STATION.station),
    },
    timer: numberOf('timer', USUAL_TIMER),
  }
}

/** As errors and lists name it. */
export function placeOf({ host, port }: PlcTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function readUrl(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalid(`'${text}' is no URL of a PLC`, EXAMPLE)
  }
  if (url.protocol !== 'mc3e:') throw invalid(`'${text}' does not begin with mc3e://`, EXAMPLE)
  if (url.hostname === '') throw invalid(`'${text}' names no host`, EXAMPLE)
  if (url.port === '') {
    throw invalid(
      `'${text}' names no port`,
      'write the one of the open settings of the PLC, which is hexadecimal there: 138F is 5007',
    )
  }
  const rest = `${url.username}${url.password}${url.pathname.replace(/^\/$/, '')}${url.hash}`
  if (rest !== '') throw invalid(`'${text}' has more than a host, a port and a query`, EXAMPLE)
  return url
}

function invalid(message: string, hint: string): InaError {
  return new InaError('config_invalid', message, hint)
}
