import { spawn } from 'node:child_process'
import { type Area, type Finding, Findings } from './finding.ts'

/**
 * Has a part of the report made by a process of its own: what hangs in it (a dead network
 * disk, a driver) or takes it down (a native module) is a finding, not the end of the report.
 *
 * @param args of this program, for a process that prints its findings as a JSON array
 */
export function probeInChild(
  area: Area,
  args: readonly string[],
  limitMs: number,
): Promise<Finding[]> {
  return new Promise((resolve) => {
    const program = process.argv[1] ?? ''
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let last = ''
    const end = (findings: Finding[]): void => {
      clearTimeout(limit)
      resolve(findings)
    }
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      // One that waits for a dead disk does not even die: it is not waited for.
      child.unref()
      child.stdout.destroy()
      child.stderr.destroy()
      end(
        problem(
          area,
          `looking at it did not end within ${limitMs / 1000} s`,
          'a disk or a driver hangs: look at the last lines of dmesg',
        ),
      )
    }, limitMs)
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      last = chunk.toString().trim().split('\n').at(-1) ?? ''
    })
    child.on('error', (error) => end(problem(area, error.message, 'look at memory and limits')))
    child.on('close', (code, signal) => {
      try {
        end(JSON.parse(out) as Finding[])
      } catch {
        const how = signal === null ? `exit code ${code}` : signal
        const text = last.replace(/^ina219: /, '') || `it ended with ${how}`
        end(problem(area, text, 'run it again with --verbose and report what it prints'))
      }
    })
  })
}

function problem(area: Area, text: string, advice: string): Finding[] {
  const found = new Findings(area)
  found.add('problem', text, advice)
  return found.list
}
