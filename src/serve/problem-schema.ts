import { z } from '@hono/zod-openapi'
import { PROBLEM_TYPE } from './problem.ts'

const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:ina219:problem:device-unknown' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'what is wrong, and what to do next' }),
  })
  .openapi('Problem', { description: 'problem details, RFC 9457' })

/** Answers that a route may give beside its own; `answerProblem` makes them, so that their type says nothing. */
export function problems(...of: readonly (readonly [status: number, description: string])[]): {
  readonly 400: { readonly description: string }
} {
  const answers = of.map(
    ([status, description]) =>
      [status, { description, content: { [PROBLEM_TYPE]: { schema: Problem } } }] as const,
  )
  return Object.fromEntries(answers) as unknown as ReturnType<typeof problems>
}
