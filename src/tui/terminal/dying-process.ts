/**
 * They end the process where nobody listens, and are none of those that end a run: the terminal is
 * given back before. What a program does to itself (`abort` of native code) and SIGKILL leave no time for
 * that; SIGUSR1 ends nothing (`ignoreDebugSignal`), and SIGPROF is that of profilers. Those that a system lacks never come.
 */
const DEADLY_SIGNALS = ['SIGABRT', 'SIGQUIT', 'SIGALRM', 'SIGXCPU'] as const
/** As above, unless somebody listens: then they do what that one wants. blessed listens for SIGQUIT alone. */
const RARE_SIGNALS = [
  'SIGUSR2',
  'SIGVTALRM',
  'SIGIO',
  'SIGPWR',
  'SIGSTKFLT',
  'SIGSYS',
  'SIGTRAP',
] as const

/**
 * Calls before the process ends by an error that nobody caught, by `process.exit` or by a signal that ends no run in
 * good order; a signal does its work then.
 *
 * @returns to be called where it is not wanted any more
 */
export function onDying(act: () => void): () => void {
  const rare = RARE_SIGNALS.filter((signal) => process.listenerCount(signal) === 0)
  const deadly = [...DEADLY_SIGNALS, ...rare]
  const onDeadly = (signal: NodeJS.Signals): void => {
    act()
    process.kill(process.pid, signal)
  }
  process.on('uncaughtExceptionMonitor', act)
  process.on('exit', act)
  for (const signal of deadly) process.on(signal, onDeadly)
  return () => {
    process.off('uncaughtExceptionMonitor', act)
    process.off('exit', act)
    for (const signal of deadly) process.off(signal, onDeadly)
  }
}
