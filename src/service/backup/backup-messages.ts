export interface BackupWorkerOptions {
  readonly log: string
  readonly folder: string
  readonly keepDays: number
  /** Not 0: the run ends. Shared. */
  readonly stop: Int32Array
}

export type FromBackup =
  /** The log is open, as it is now. */
  | { readonly type: 'open' }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'checked' }
