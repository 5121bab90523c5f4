/** Label of a device whose name another one has, too: it says where this one is. */
export function labelWithSource(name: string, source: string): string {
  return `${name}@${source}`
}
