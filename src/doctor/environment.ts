import { nearest } from '../util/nearest.ts'
import { type Finding, Findings } from './finding.ts'

/** Given to programs by --on-alarm, or read by sinks: of no option, and yet ours. */
const FOREIGN = /^INA219_(?:ALARM_|MQTT_(?:USER|PASSWORD)$)/

/**
 * Variables that look like ours, and are of no option.
 *
 * @param known the variables of all options
 */
export function checkEnvironment(env: NodeJS.ProcessEnv, known: readonly string[]): Finding[] {
  const found = new Findings('configuration')
  const ours = Object.keys(env).filter((name) => name.startsWith('INA219_') && env[name] !== '')
  const set = ours.filter((name) => known.includes(name))
  if (set.length > 0) found.add('ok', `set in the environment: ${set.toSorted().join(', ')}`)
  for (const name of ours.toSorted()) {
    if (known.includes(name) || FOREIGN.test(name)) continue
    const guess = nearest(name, known)
    found.add(
      'warning',
      `the variable ${name} is of no option, and does nothing`,
      guess === null ? 'ina219 <command> --help names those that are' : `did you mean ${guess}?`,
    )
  }
  return found.list
}
