import { expect, test } from 'vitest'
import { runAll } from '../../src/cli/run-all.ts'

test('every step runs, in order, whatever the ones before threw; the first failure is told', async () => {
  const ran: string[] = []
  const step = (name: string) => async () => {
    ran.push(name)
    if (name.startsWith('bad')) throw new Error(name)
  }
  await expect(runAll(['one', 'bad two', 'three', 'bad four'].map(step))).rejects.toThrow('bad two')
  expect(ran).toEqual(['one', 'bad two', 'three', 'bad four'])
  await runAll([step('five')])
})
