import { expect, test } from 'vitest'
import { runAll } from '../../src/app/run-all.ts'

test('every step runs, in order, whatever the ones before threw; no failure gets lost', async () => {
  const ran: string[] = []
  const step = (name: string) => async () => {
    ran.push(name)
    if (name.startsWith('bad')) throw new Error(name)
  }
  const several = runAll(['one', 'bad two', 'three', 'bad four'].map(step))
  await expect(several).rejects.toMatchObject({
    errors: [{ message: 'bad two' }, { message: 'bad four' }],
  })
  expect(ran).toEqual(['one', 'bad two', 'three', 'bad four'])
  await runAll([step('five')])
  await expect(runAll([step('bad six')])).rejects.toThrow('bad six')
})
