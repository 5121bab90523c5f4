import { isInaError } from '../../util/errors.ts'
import { type Problem, problem } from '../problem.ts'

/** What an order about groups failed with, as a client gets it; null: it is another error. */
export function pollingProblem(error: unknown): Problem | null {
  if (!isInaError(error)) return null
  const { code, message, hint } = error
  if (code === 'device_absent') return problem(404, 'group-unknown', message, hint)
  if (code === 'usage_invalid') return problem(400, 'group-ambiguous', message, hint)
  return code === 'device_refused' ? problem(409, 'group-not-ready', message, hint) : null
}
