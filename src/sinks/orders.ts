/** What somebody on the other side of a sink wants done with a device of this run. */
export type SinkOrder =
  /** Settings and commands as `ina219 send` takes them. */
  | { readonly kind: 'words'; readonly device: string; readonly words: string }
  | { readonly kind: 'totals_reset'; readonly device: string }
  /** Somebody has taken notice of an alarm. @param name null: of all of the device */
  | { readonly kind: 'alarm_ack'; readonly device: string; readonly name: string | null }
  /** Something that came and is not done; to be on record. */
  | { readonly kind: 'note'; readonly device: string; readonly text: string }

/** What came of it. */
export interface OrderAnswer {
  readonly isOk: boolean
  /** In words. */
  readonly text: string
  /** The objects of `ina219 send --json`, where words were carried out. */
  readonly outcomes?: readonly object[]
}

/** Has it carried out; never fails. */
export type Orders = (order: SinkOrder) => Promise<OrderAnswer>

/** `forward` has a log alone. */
export const noOrders: Orders = async () => ({
  isOk: false,
  text: 'this process reads a log and has no devices: ask the monitor or server that reads them',
})
