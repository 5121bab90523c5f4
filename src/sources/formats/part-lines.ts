import { isRecord } from '../../util/records.ts'
import { cutCapturePrefix } from '../text/capture-prefix.ts'
import { holdsNamedValues } from './labelled-lines.ts'
import { isRemark, isRule } from './reading.ts'
import { isHeader } from './table-lines.ts'

/**
 * Whether a line would be a wrong measurement where its beginning or its end is missing:
 * `2,245.0` of `5.02,245.0` shows nothing of it. An object shows by its braces that it is
 * whole; words, rules and the names of columns measure nothing.
 */
export function isWrongInPart(line: string): boolean {
  const rest = cutCapturePrefix(line)?.rest ?? line
  if (rest.trim() === '' || isRule(rest) || isWholeObject(rest)) return false
  return holdsNamedValues(rest) || !(isHeader(rest) || isRemark(rest))
}

/** An object, or the line on which one ends that began lines before. */
function isWholeObject(text: string): boolean {
  if (/^\s*\}[\s\]}]*$/.test(text)) return true
  if (!/^\s*\{.*\}\s*$/.test(text)) return false
  try {
    // What Arduino prints for no number is no JSON.
    return isRecord(JSON.parse(text.replace(/:\s*[+-]?(?:nan|inf|ovf)(?=\s*[,}])/gi, ':0')))
  } catch {
    return false
  }
}
