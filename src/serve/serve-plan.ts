import type { AddressRange } from './access/address-range.ts'
import type { ListenAddress } from './listen-address.ts'

/** What `serve` listens on, and whom it lets in (contract, section 6). */
export interface ServePlan {
  /** At least one. */
  readonly listen: readonly ListenAddress[]
  /** Made where it is absent. */
  readonly tokenFile: string
  /** Origins beside its own: `https://bench.example.org`. Their hosts are let in as `Host`, too. */
  readonly allowOrigins: readonly string[]
  /** Peers that may write without a token on the paths of older clients. */
  readonly allowFrom: readonly AddressRange[]
  /** Label of the device that the paths of the energy store are of; null: there is none. */
  readonly energyStore: string | null
  /** Events of the energy store over Socket.IO as well. */
  readonly socketIo: boolean
  /** null: plain HTTP */
  readonly tls: TlsFiles | null
}

/** Both in PEM. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}
