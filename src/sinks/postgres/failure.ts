import { errorText, systemCode } from '../../util/errors.ts'
import { isUntrusted, withAdvice } from '../network-advice.ts'
import { SinkFailure, type SinkFailureKind } from '../sink.ts'

/** Of a message that is shown, characters. */
const SHOWN = 300

/**
 * What an SQLSTATE means for us, by its first characters, the longest first
 * (postgresql.org/docs/current/errcodes-appendix.html). All others: `denied`.
 */
const KINDS: readonly (readonly [prefix: string, kind: SinkFailureKind])[] = [
  // A standby, until it is promoted.
  ['25006', 'unreachable'],
  // Connection, rolled back, no resources, not in the right state, ended by an operator, system, internal.
  ...['08', '40', '53', '55', '57', '58', 'XX'].map((each) => [each, 'unreachable'] as const),
  // Of what is in a row: data, constraints, a limit, a trigger, the condition of a view.
  ...['21', '22', '23', '44', '54', 'P0'].map((each) => [each, 'refused'] as const),
]

/** What to do next, by SQLSTATE. */
type Hints = Readonly<Record<string, string>>

const HINTS: Hints = {
  '25006':
    'name the primary if this is a standby, or let the role and the database write (default_transaction_read_only)',
  '28P01': 'give the right password: PGPASSWORD, ~/.pgpass or password-file=',
  '28000': "see the server's pg_hba.conf, or choose another sslmode=",
  '3D000': 'create the database first',
  '3F000': 'create the schema first',
  '42501': 'grant it, see docs/sinks.md',
  '53100': 'make room on the disk of the server',
  '53300': 'let the server have more connections',
  '23502': 'give a column of your own a default, or let it be NULL',
  '23505': 'a unique index of your own is in the way',
  '42703': 'give the table the columns of docs/sinks.md, or name another with table=',
  '42P01': 'it is made again at the next attempt',
}

/** Where something is only read. */
export const READER_HINTS: Hints = {
  ...HINTS,
  '42501': 'let this role read the five tables (GRANT SELECT)',
  '42703': 'name the table of a sink with table=',
  '42P01': 'no sink has made it: name the table of one with table=',
}

/** @param error of pg, or of the system */
export function failureOf(error: unknown, hints: Hints = HINTS): SinkFailure {
  if (error instanceof SinkFailure) return error
  const code = systemCode(error)
  const text = messageOf(error)
  if (code === undefined || !isSqlState(error)) {
    return new SinkFailure(
      isUntrusted(error) ? 'denied' : 'unreachable',
      withAdvice(text, code),
      error,
    )
  }
  const kind = KINDS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'denied'
  const hint = hints[code]
  return new SinkFailure(kind, `${code} ${text}${hint === undefined ? '' : `; ${hint}`}`, error)
}

/** Errors of the server have a severity; those of the system have none. */
export function isSqlState(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error
}

/** Several addresses of a name that all failed come as one error without words. */
function messageOf(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors.map(errorText) : []
  const text = errorText(error) || errors.join('; ') || (systemCode(error) ?? 'no reason given')
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN)
}
