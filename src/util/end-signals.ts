/** What ends a run from outside: it stops cleanly, and its drafts go (contract, `monitor`). */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
