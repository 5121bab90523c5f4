import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { configPlace, isAbsent } from '../config/place.ts'
import { assembleProgram, type CreateCommand } from './assemble-program.ts'

/** Commands that ask nothing of the others. `scripts/packs.mjs` reads their names here. */
export const ALONE: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  monitor: async () => (await import('./commands/monitor.ts')).monitorCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  send: async () => (await import('./commands/send.ts')).sendCommand,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  forward: async () => (await import('./commands/forward.ts')).forwardCommand,
  sinks: async () => (await import('./commands/sinks.ts')).sinksCommand,
  mock: async () => (await import('./commands/mock.ts')).mockCommand,
  view: async () => (await import('./commands/view.ts')).viewCommand,
  history: async () => (await import('./commands/history.ts')).historyCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  totals: async () => (await import('./commands/totals.ts')).totalsCommand,
  bursts: async () => (await import('./commands/bursts.ts')).burstsCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  repair: async () => (await import('./commands/repair.ts')).repairCommand,
  ports: async () => (await import('./commands/ports.ts')).portsCommand,
}

/**
 * What these arguments are parsed with: the command that they begin with, where no other one is
 * needed to understand them. To make all of them takes longer than the rest of a start.
 */
export async function programFor(args: readonly string[], io: ProcessIo): Promise<Command> {
  const [name = ''] = args
  const load = Object.hasOwn(ALONE, name) ? ALONE[name] : undefined
  if (load !== undefined && !hasConfigFile(args, io.env)) {
    return assembleProgram(io, [await load()])
  }
  const { createProgram } = await import('./program.ts')
  return createProgram(io)
}

/** Its keys are those of all commands. */
function hasConfigFile(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  if (args.some((each) => each.startsWith('--config'))) return true
  const { path, isNamed } = configPlace(null, env)
  return isNamed || !isAbsent(path)
}
