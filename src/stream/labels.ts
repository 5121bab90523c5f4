/** The labels of a run's devices: each belongs to one of them alone, for the log tells them apart by it. */
export class Labels {
  readonly #owners = new Map<string, object>()

  /**
   * Gives a device the label that it wants, or the first free one of those behind it.
   *
   * @param wanted the best first
   */
  claim(owner: object, wanted: readonly [string, ...string[]]): string {
    for (const [label, by] of this.#owners) if (by === owner) this.#owners.delete(label)
    const [first] = wanted
    let label = wanted.find((each) => !this.#owners.has(each))
    for (let n = 2; label === undefined; n++) {
      if (!this.#owners.has(`${first}-${n}`)) label = `${first}-${n}`
    }
    this.#owners.set(label, owner)
    return label
  }
}
