import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { assembleProgram } from './assemble-program.ts'
import { burstsCommand } from './commands/bursts.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { forwardCommand } from './commands/forward.ts'
import { historyCommand } from './commands/history.ts'
import { importCommand } from './commands/import.ts'
import { mockCommand } from './commands/mock.ts'
import { monitorCommand } from './commands/monitor.ts'
import { portsCommand } from './commands/ports.ts'
import { repairCommand } from './commands/repair.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { serviceCommand } from './commands/service.ts'
import { sinksCommand } from './commands/sinks.ts'
import { totalsCommand } from './commands/totals.ts'
import { viewCommand } from './commands/view.ts'

/** The whole command line. */
export function createProgram(io: ProcessIo): Command {
  return assembleProgram(io, COMMANDS)
}

const COMMANDS = [
  monitorCommand,
  serveCommand,
  sendCommand,
  forwardCommand,
  sinksCommand,
  calibrateCommand,
  mockCommand,
  viewCommand,
  historyCommand,
  exportCommand,
  totalsCommand,
  burstsCommand,
  importCommand,
  repairCommand,
  portsCommand,
  serviceCommand,
  configCommand,
  completionCommand,
  doctorCommand,
]
