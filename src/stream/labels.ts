/**
 * The labels of a run's devices. Each belongs to one of them alone, for the log tells
 * devices apart by it, and stays its own for as long as the run lasts, for an epoch
 * may be under way that has it.
 */
export class Labels {
  readonly #owners = new Map<string, object>()

  /** Whether a device may have a label. */
  isFree(owner: object, label: string): boolean {
    const by = this.#owners.get(label)
    return by === undefined || by === owner
  }

  /**
   * Gives a device the label that it wants, or the first free one of those behind it.
   *
   * @param wanted the best first
   */
  claim(owner: object, wanted: readonly [string, ...string[]]): string {
    const [first] = wanted
    let label = wanted.find((each) => this.isFree(owner, each))
    for (let n = 2; label === undefined; n++) {
      if (this.isFree(owner, `${first}-${n}`)) label = `${first}-${n}`
    }
    this.#owners.set(label, owner)
    return label
  }
}
