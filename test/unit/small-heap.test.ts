import { setFlagsFromString } from 'node:v8'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepSmall } from '../../src/app/small-heap.ts'

vi.mock('node:v8', () => ({ setFlagsFromString: vi.fn() }))

/** Whether V8 optimizes functions, by the flag that was set last; null: it was not set. */
function isOptimizing(): boolean | null {
  const set = vi.mocked(setFlagsFromString).mock.calls.map(([flag]) => flag)
  const last = set.findLast((flag) => flag === '--opt' || flag === '--no-opt')
  return last === undefined ? null : last === '--opt'
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.mocked(setFlagsFromString).mockClear()
})

test('functions are optimized from more than 50 samples a second on, and stay so', () => {
  let samples = 0
  const end = keepSmall(() => samples, '20.19.0')
  expect(isOptimizing()).toBe(false)
  for (let second = 0; second < 5; second++) {
    samples += 50
    vi.advanceTimersByTime(1000)
  }
  expect(isOptimizing()).toBe(false)
  samples += 51
  vi.advanceTimersByTime(1000)
  expect(isOptimizing()).toBe(true)
  vi.advanceTimersByTime(5000)
  expect(isOptimizing()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
  end()
})

test('the flags are given back at the end', () => {
  keepSmall(() => 0, '20.19.0')()
  expect(isOptimizing()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('a Node that it was not tried with keeps its flags', () => {
  keepSmall(() => 0, '99.0.0')()
  expect(isOptimizing()).toBeNull()
})
