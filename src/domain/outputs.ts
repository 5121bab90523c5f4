/** The switched outputs that a device may have (contract, section 7): relays, load switches. */
export const OUTPUT_NAMES = ['A', 'B', 'C', 'D'] as const

export type OutputName = (typeof OUTPUT_NAMES)[number]

/** Outputs by name, true where on. */
export type Outputs = Readonly<Record<string, boolean>>

/** `A on, B off` */
export function outputsText(outputs: Outputs): string {
  return Object.entries(outputs)
    .map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
    .join(', ')
}

/** What was asked of outputs without being so: what they are shown as until then. */
export function unconfirmedText(wanted: Outputs): string {
  return `output ${outputsText(wanted)}: unconfirmed`
}
