import { expect, test } from 'vitest'
import { runAll } from '../../src/app/run-all.ts'
import { InaError } from '../../src/util/errors.ts'

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

test('a failure that several steps meet counts once', async () => {
  const fail = (message: string) => () => {
    throw new InaError('usage_invalid', message, 'free some space')
  }
  const same = runAll([fail('stdout is full'), fail('stdout is full')])
  await expect(same).rejects.toMatchObject({ code: 'usage_invalid', message: 'stdout is full' })
  const others = runAll([fail('stdout is full'), fail('the log is full'), fail('stdout is full')])
  await expect(others).rejects.toMatchObject({
    errors: [{ message: 'stdout is full' }, { message: 'the log is full' }],
  })
})
