/** When a polling group is read: at fixed times, or each time that somebody asks for it. */
export const POLL_MODES = ['fixed', 'handshake'] as const
export type PollMode = (typeof POLL_MODES)[number]
