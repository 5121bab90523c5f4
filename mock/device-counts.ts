/** What the device was asked and did; for the summary. */
export interface DeviceCounts {
  hellos: number
  /** Commands obeyed. */
  commands: number
  refused: number
  /** Commands that were repeats of one obeyed before. */
  repeated: number
  /** Requests to send samples again. */
  nacks: number
  resends: number
  /** Samples asked for that were no longer, or not yet, there. */
  gone: number
  resets: number
}

export function emptyCounts(): DeviceCounts {
  return {
    hellos: 0,
    commands: 0,
    refused: 0,
    repeated: 0,
    nacks: 0,
    resends: 0,
    gone: 0,
    resets: 0,
  }
}
