import { planSink } from '../sinks/plan-sink.ts'
import type { SinkPlan } from '../sinks/sink-plan.ts'
import { InaError } from '../util/errors.ts'
import type { SinkOptions } from './sink-options.ts'

/** @throws InaError usage_invalid */
export function sinkPlans(
  { sink = [], sinkKeep }: SinkOptions,
  env: NodeJS.ProcessEnv,
): SinkPlan[] {
  const plans = sink.map((text) => planSink(text, sinkKeep ?? null, env))
  const names = plans.map(({ name }) => name)
  const double = names.find((name, i) => names.indexOf(name) < i)
  if (double === undefined) return plans
  throw new InaError(
    'usage_invalid',
    `two sinks are called ${double}`,
    'leave one out, or give each a name of its own: &name=...',
  )
}
