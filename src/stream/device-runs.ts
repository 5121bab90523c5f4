import { labelWithSource } from '../domain/label.ts'
import { cleanText, type Epoch } from '../domain/sample.ts'
import type { HelloFrame } from '../protocol/frames.ts'
import type { ResumeOptions, ResumePoint } from '../protocol/link/resume.ts'
import { Continuity } from '../stats/continuity.ts'
import type { DeviceLog, LoggedRun } from '../storage/client/log.ts'
import type { Labels } from './labels.ts'

export interface DeviceRunsOptions {
  /** Contract: `--device`; null: what the device says of itself, else the source's label. */
  readonly device: string | null
  readonly sourceLabel: string
  /** Of all devices of the run. */
  readonly labels: Labels
  /** null with `--no-log` */
  readonly log: DeviceLog | null
  /** Runs that earlier runs of the host have logged. */
  readonly loggedRuns: readonly LoggedRun[]
  /** Whether the log has samples under a label. */
  readonly isLogged: (label: string) => boolean
}

/** Names of a device that are labels in the log; further ones are not. */
export const MAX_NAMES = 64

/** The runs (epochs) of one device: under which label, of which boot, and what follows on what in them. */
export class DeviceRuns {
  readonly #options: DeviceRunsOptions
  /** Names that the device has said. */
  readonly #names = new Set<string>()
  #name: string | null = null
  #label: string
  #boot: number | null = null
  #epoch: Epoch | null = null
  #continuity = new Continuity()
  /** Of the next epoch where there is no log. */
  #nextId = 1
  /** Begun by this run of the host. */
  #begun = 0
  #hasTooManyNames = false

  constructor(options: DeviceRunsOptions) {
    this.#options = options
    this.#label = this.#claimLabel()
  }

  /** Label in the log; a name that changes within a run is that of the next one. */
  get label(): string {
    return this.#epoch?.device ?? this.#label
  }

  /** The name that the device says where it is another one's label in this run; null: it is not, or the user has named this one. */
  get takenName(): string | null {
    const { device, labels } = this.#options
    const name = this.#name
    const isWanted = device === null && name !== null && name !== this.#label
    return isWanted && !labels.isFree(this, name) ? name : null
  }

  /** The device has said more names than it can have. */
  get hasTooManyNames(): boolean {
    return this.#hasTooManyNames
  }

  get #source(): string {
    return cleanText(this.#options.sourceLabel)
  }

  /** Two devices of one name are told apart by their sources, and so they stay in later runs. */
  #claimLabel(): string {
    const { device, labels, isLogged } = this.#options
    const name = device === null ? this.#name : null
    if (name === null) return labels.claim(this, [cleanText(device ?? this.#source)])
    const withSource = labelWithSource(name, this.#source)
    const wanted: [string, string] = isLogged(withSource) ? [withSource, name] : [name, withSource]
    return labels.claim(this, wanted)
  }

  /** The run under way; null: the next sample begins one. */
  get epoch(): Epoch | null {
    return this.#epoch
  }

  /** The run that a sample belongs to. @param timeUs where it begins with this sample, Unix µs */
  current(timeUs: number): Epoch {
    if (this.#epoch === null) {
      const { log } = this.#options
      const device = this.#label
      const boot = this.#boot
      this.#epoch =
        log === null
          ? { id: this.#nextId++, device, boot, startedUs: timeUs }
          : log.begin(device, boot, timeUs)
      this.#begun++
      this.#continuity = new Continuity()
    }
    return this.#epoch
  }

  /** Whether the next sample of the run follows directly on the one before, see `Continuity`. */
  follows(timeUs: number, seq: number | null): boolean {
    return this.#continuity.follows(timeUs, seq ?? -1)
  }

  /** The next sample begins another run. */
  end(): void {
    this.#epoch = null
  }

  /** The device began anew. @param boot its number; null: not known */
  restarted(boot: number | null): void {
    this.#boot = boot
    this.end()
  }

  /** Goes on with a run that an earlier run of the host has logged, under its label. */
  resume({ order }: ResumePoint, { name }: HelloFrame): LoggedRun | null {
    const run = this.#options.loggedRuns.find(({ epoch }) => epoch.id === order)
    if (run === undefined) return null
    this.#epoch = run.epoch
    this.#begun++
    if (run.epoch.device !== this.#source) this.#name = name
    this.#label = this.#options.labels.claim(this, [run.epoch.device])
    this.#continuity.follows(run.lastUs, run.lastSeq)
    // The log has to know it in this run, too: in a spill file, or should its file be replaced.
    this.#options.log?.epoch(run.epoch)
    return run
  }

  /** What the link needs to know of the runs that are logged. */
  get resumeOptions(): ResumeOptions {
    const { device } = this.#options
    return {
      resumePoints: () => this.#resumePoints(),
      // An earlier run may have begun before the device said its name.
      names: [cleanText(device ?? this.#source)],
      source: this.#source,
      takesOwnName: device === null,
    }
  }

  /** Runs that no other device goes on with. */
  #resumePoints(): ResumePoint[] {
    const { loggedRuns, labels } = this.#options
    return loggedRuns
      .filter(({ epoch }) => labels.isFree(this, epoch.device))
      .map(({ epoch: { id, device, boot }, lastSeq }) => {
        return { name: device, boot, lastSeq, order: id }
      })
  }

  /** The device said who it is. */
  hello({ name, boot }: HelloFrame): void {
    // A run that began under the source's label keeps it: one device, one label.
    if (this.#begun === 0 || this.#name !== null) this.#rename(name)
    this.#boot = boot
    // Samples came before the device said which boot this is.
    if (this.#epoch !== null && this.#epoch.boot === null && boot !== null) {
      this.#epoch = { ...this.#epoch, boot }
      this.#options.log?.epoch(this.#epoch)
    }
  }

  /** A device that says another name each time must not fill the log with devices. */
  #rename(name: string | null): void {
    if (name !== null && !this.#names.has(name)) {
      this.#hasTooManyNames = this.#names.size >= MAX_NAMES
      if (this.#hasTooManyNames) return
      this.#names.add(name)
    }
    this.#name = name
    this.#label = this.#claimLabel()
  }
}
