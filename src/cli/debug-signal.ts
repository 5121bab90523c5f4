/**
 * Keeps a stray SIGUSR1 from doing anything.
 *
 * Where nobody listens for it, Node opens a debugger: a port through which any program of this computer can run
 * code in the monitor, and three lines across its screen. A listener that is there from the start takes that place
 * (nodejs/node#19619; `--disable-sigusr1` is not in Node 20). Whoever wants a debugger starts with `node --inspect`,
 * which this leaves alone.
 */
export function ignoreDebugSignal(): void {
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {})
}
