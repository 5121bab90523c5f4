import { expect, test } from 'vitest'
import { processIo } from '../../src/app/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ALONE } from '../../src/cli/program-for.ts'

/** They speak of the options of all others. */
const OF_ALL = ['service', 'config', 'completion', 'doctor']

test('each command is loaded alone under its name, but for those that need all of them', async () => {
  const io = processIo
  const names = createProgram(io).commands.map((each) => each.name())
  expect(Object.keys(ALONE).sort()).toEqual(names.filter((name) => !OF_ALL.includes(name)).sort())
  for (const [name, load] of Object.entries(ALONE)) {
    expect((await load())(io).name()).toBe(name)
  }
})
