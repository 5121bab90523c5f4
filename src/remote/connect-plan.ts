import type { ServerAddress } from './server-address.ts'

/** How a running `serve` is reached. */
export interface ConnectPlan {
  readonly address: ServerAddress
  /** Whom to trust in place of those that Node trusts by itself: a file of certificates, PEM; null: nobody else. */
  readonly caFile: string | null
  readonly token: TokenFile
}

/** Where the token is, if there is one. */
export interface TokenFile {
  readonly file: string
  /** The user has named it. Else it is that of this machine's own `serve`, and shown to no other. */
  readonly isNamed: boolean
}
