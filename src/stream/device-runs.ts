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
  /** The device has said more names than it can have. */
  hasTooManyNames = false

  constructor(options: DeviceRunsOptions) {
    this.#options = options
    this.#label = this.#claimLabel()
  }

  /** Label in the log. */
  get label(): string {
    return this.#label
  }

  /** True: another device of this run calls itself the same, so that the label names the source, too. */
  get isNameTaken(): boolean {
    return this.#label !== this.#wantedLabel
  }

  get #wantedLabel(): string {
    const { device, sourceLabel } = this.#options
    return cleanText(device ?? this.#name ?? sourceLabel)
  }

  #claimLabel(): string {
    const { sourceLabel, labels } = this.#options
    const wanted = this.#wantedLabel
    const withSource = `${wanted}@${cleanText(sourceLabel)}`
    return labels.claim(this, this.#name === null ? [wanted] : [wanted, withSource])
  }

  /** The run under way; null: the next sample begins one. */
  get epoch(): Epoch | null {
    return this.#epoch
  }

  /** The run that a sample belongs to. @param timeUs where it begins with this sample, Unix µs */
  current(timeUs: number): Epoch {
    if (this.#epoch === null) {
      const { label: device } = this
      const { log } = this.#options
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

  /** Goes on with a run that an earlier run of the host has logged. */
  resume({ order }: ResumePoint): LoggedRun | null {
    const run = this.#options.loggedRuns.find(({ epoch }) => epoch.id === order)
    if (run === undefined) return null
    this.#epoch = run.epoch
    this.#continuity.follows(run.lastUs, run.lastSeq)
    // The log has to know it in this run, too: in a spill file, or should its file be replaced.
    this.#options.log?.epoch(run.epoch)
    return run
  }

  /** What the link needs to know of the runs that are logged. */
  get resumeOptions(): ResumeOptions {
    const { device, sourceLabel, loggedRuns } = this.#options
    return {
      resumePoints: loggedRuns.map(({ epoch, lastSeq }) => ({
        name: epoch.device,
        boot: epoch.boot,
        lastSeq,
        order: epoch.id,
      })),
      // An earlier run may have begun before the device said its name.
      names: [cleanText(device ?? sourceLabel)],
      takesOwnName: device === null,
    }
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
      this.hasTooManyNames = this.#names.size >= MAX_NAMES
      if (this.hasTooManyNames) return
      this.#names.add(name)
    }
    this.#name = name
    this.#label = this.#claimLabel()
  }
}
