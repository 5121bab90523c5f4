import type { EventKind } from '../domain/events.ts'
import { contentError, LogContent } from '../storage/read/log-content.ts'
import { InaError, isInaError } from '../util/errors.ts'
import type { FileImport, LabelOf } from './file-import.ts'
import type { ImportedRun, ImportLabel } from './import-label.ts'
import type { RowCount } from './import-report.ts'
import type { ImportPlan } from './import-run.ts'
import type { RecordingInput } from './input-file.ts'

/** Another log of this program, of any layout: its devices, runs, samples, losses, events and bursts. */
export function planLog(path: string, name: string, plan: ImportPlan): FileImport {
  const { devices, newestUs, bareMinutes, samples } = lookAt(path)
  if (plan.device !== null && devices.length > 1) {
    throw new InaError(
      'usage_invalid',
      `the log '${path}' has several devices (${devices.join(', ')}), and --device names one`,
      'leave --device out: each comes in under its own label',
    )
  }
  const labelled = (device: string): string => plan.device ?? device
  const input = new LogInput(path, name, samples)
  return {
    input,
    kind: 'ina219 log',
    words: [],
    left: [],
    lastUs: new Map([...newestUs].map(([device, us]) => [labelled(device), us])),
    eventRemark: '',
    open: (labelOf, count) => readAll(input, (device) => labelOf(labelled(device)), count),
    remarks: () =>
      bareMinutes === 0
        ? []
        : [`minutes of which it has averages only, which did not come in: ${bareMinutes}`],
  }
}

/** @throws InaError log_* */
function lookAt(
  path: string,
): Pick<LogContent, 'devices' | 'newestUs' | 'bareMinutes' | 'samples'> {
  const content = LogContent.open(path)
  try {
    const { devices, newestUs, bareMinutes, samples } = content
    return { devices, newestUs, bareMinutes, samples }
  } catch (error) {
    throw contentError(error, path)
  } finally {
    content.close()
  }
}

async function* readAll(input: LogInput, labelOf: LabelOf, count: RowCount): AsyncGenerator<void> {
  const content = LogContent.open(input.path)
  try {
    const { epochs } = content
    const runs = new Map<number, { readonly label: ImportLabel; readonly run: ImportedRun }>()
    const runOf = (epochId: number) => {
      let found = runs.get(epochId)
      const epoch = epochs.get(epochId)
      if (found === undefined && epoch !== undefined) {
        const label = labelOf(epoch.device)
        found = { label, run: label.begin(epoch.boot, epoch.startedUs) }
        runs.set(epochId, found)
      }
      return found
    }
    for (const { id, device, unit } of content.channels) {
      const label = labelOf(device)
      label.channel({ id, unit, device: label.label })
    }
    for (const page of content.pages()) {
      for (const sample of page) {
        const found = runOf(sample.epochId)
        if (found === undefined) count.refuse(count.rows + 1, 'it is of a run that the log lacks')
        else {
          count.rows++
          found.label.add(found.run, sample, 0)
        }
      }
      input.read += page.length
      yield
    }
    for (const { epochId, ...range } of content.losses) {
      const found = runOf(epochId)
      found?.label.lostAtOnce(found.run, range)
    }
    for (const { id: _, ...burst } of content.bursts) labelOf(burst.device).burst(burst)
    for (const { timeUs, device, kind, detail } of content.events) {
      const label = labelOf(device)
      // A log of another layout than ours has no other kinds, but older ones.
      label.eventAtOnce({ timeUs, device: label.label, kind: kind as EventKind, detail })
    }
    yield
  } catch (error) {
    const fault = contentError(error, input.path)
    if (!isInaError(fault)) throw fault
    input.fault = fault
  } finally {
    content.close()
  }
}

class LogInput implements Pick<RecordingInput, 'path' | 'name' | 'progress' | 'fault'> {
  readonly path: string
  readonly name: string
  readonly #samples: number
  read = 0
  fault: InaError | null = null

  constructor(path: string, name: string, samples: number) {
    this.path = path
    this.name = name
    this.#samples = samples
  }

  get progress(): number {
    return this.#samples === 0 ? 1 : this.read / this.#samples
  }
}
