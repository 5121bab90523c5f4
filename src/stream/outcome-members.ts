import type { HelloFrame, SampleFrame } from '../protocol/frames.ts'
import type { Outcome } from './carry-out.ts'

/** What became of an order, for programs. */
export function outcomeMembers({ text, command, answer, said }: Outcome): object {
  const result = answer === null ? 'not_sent' : answer.result.kind
  return {
    setting: text,
    ...command,
    result,
    error: answer?.result.kind === 'refused' ? answer.result.error : null,
    text: said,
    ...(command.cmd === 'read' && answer?.sample ? { sample: sampleJson(answer.sample) } : {}),
    ...(answer?.hello && (command.cmd === 'hello' || command.cmd === 'set_baud')
      ? { hello: { ...answer.hello.members, ...outputsJson(answer.hello) } }
      : {}),
  }
}

function outputsJson({ outputs }: HelloFrame): object {
  return outputs === null ? {} : { outputs }
}

/** The members as they are on the wire. */
function sampleJson({ electric, voltage, current, power, extras, ...rest }: SampleFrame): object {
  const { seq, status, stamp } = rest
  return {
    ...(electric ? { v: voltage, a: current, ...(power === null ? {} : { w: power }) } : {}),
    ...extras,
    ...(stamp.kind === 'none' ? {} : { [stamp.kind]: stamp.value }),
    seq,
    status,
  }
}
