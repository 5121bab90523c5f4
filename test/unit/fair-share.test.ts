import { expect, it } from 'vitest'
import { deviceOf, type PlcDevice } from '../../src/protocol/mc3e/devices.ts'
import type { McRequest } from '../../src/protocol/mc3e/request.ts'
import { FairShare } from '../../src/sources/mc/fair-share.ts'
import type { PlcOutcome } from '../../src/sources/mc/plc-failure.ts'

function request(number: number): McRequest {
  return { kind: 'words', from: { device: deviceOf('D') as PlcDevice, number }, points: 1 }
}

/** A pool whose requests end when the test says so. */
class HeldPool {
  readonly asked: number[] = []
  readonly #ends: ((outcome: PlcOutcome) => void)[] = []

  ask(asked: McRequest): Promise<PlcOutcome> {
    this.asked.push(asked.kind === 'words' ? asked.from.number : -1)
    return new Promise((resolve) => this.#ends.push(resolve))
  }

  end(): void {
    this.#ends.shift()?.({ kind: 'cells', cells: [0] })
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('has no more requests under way than its share, in their order', async () => {
  const pool = new HeldPool()
  const share = new FairShare(pool, 2)
  const answers = [1, 2, 3, 4].map((number) => share.ask(request(number)))
  await turn()
  expect([pool.asked, share.waiting]).toEqual([[1, 2], 2])
  pool.end()
  await turn()
  expect([pool.asked, share.waiting]).toEqual([[1, 2, 3], 1])
  for (let i = 0; i < 3; i++) {
    pool.end()
    await turn()
  }
  expect(await Promise.all(answers)).toHaveLength(4)
  expect(share.waiting).toBe(0)
})

it('leaves the others theirs where its requests hang', async () => {
  const pool = new HeldPool()
  const [hanging, other] = [new FairShare(pool, 1), new FairShare(pool, 1)]
  void hanging.ask(request(1))
  void hanging.ask(request(2))
  void other.ask(request(3))
  await turn()
  expect(pool.asked).toEqual([1, 3])
})

it('hands a place over to the one that waits, whoever asks at that moment', async () => {
  const pool = new HeldPool()
  const share = new FairShare(pool, 1)
  const answers = [1, 2].map((number) => share.ask(request(number)))
  await turn()
  pool.end()
  // Its turn comes after the end of the first request, and before the second one goes on.
  answers.push(Promise.resolve().then(() => share.ask(request(3))))
  await turn()
  expect([pool.asked, share.waiting]).toEqual([[1, 2], 1])
  pool.end()
  await turn()
  pool.end()
  await Promise.all(answers)
  expect(pool.asked).toEqual([1, 2, 3])
})
