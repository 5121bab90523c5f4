/**
 * Random and mutated lines through splitter and codec: nothing throws, memory
 * does not grow, and the time per line stays the same from the first tenth to
 * the last.
 *
 * node bench/run.mjs fuzz [lines] [seed]
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Noise } from '../mock/random.ts'
import { withCrc } from '../src/protocol/crc.ts'
import { decodeBytes } from '../src/sources/lines/line-decoder.ts'

const total = Number(process.argv[2] ?? 10_000_000)
const seed = Number(process.argv[3] ?? 1)
const noise = new Noise(seed)

const SEEDS = [
  withCrc('{"v":5.02,"a":0.245,"w":1.23,"ts":1712345678,"seq":123,"status":"ok","mode":"NORMAL"}'),
  withCrc('{"v":5.02,"a":0.245,"soc":85.5,"lux":35000,"seq":123}'),
  '{"soc":85.5,"lux":35000,"seq":123}',
  '{"v":5.02,"a":-0.245,"ms":4294967295,"seq":4294967295}',
  withCrc('{"hello":"ina219","fw":"1.0.0","boot":17,"seq":5,"depth":128,"shunt":0.1,"range":32}'),
  withCrc('{"ack":124,"result":"ok"}'),
  '{"nack":124,"error":"range"}',
  '{"gone":[120,121]}',
  '{"type":"status","message":"sensor \\u001b[2J found"}',
].map((line) => Buffer.from(line))

/** One line: mutated four times of five, else random bytes of 0 to 700. */
function makeLine(i: number, into: Buffer): number {
  const dice = noise.bits(i, 0)
  let length: number
  if (dice % 5 === 0) {
    length = noise.bits(i, 1) % 700
    for (let at = 0; at < length; at += 4)
      into.writeUInt32LE(noise.bits(i, 2 + ((at >> 2) % 200)), at)
  } else {
    const base = SEEDS[dice % SEEDS.length] as Buffer
    base.copy(into)
    length = base.length
    for (let hit = 0; hit < 1 + (dice % 4); hit++) {
      const draw = noise.bits(i, 210 + hit)
      const at = draw % length
      if (draw & 0x10000) into[at] = (draw >>> 20) & 0xff
      else if (draw & 0x20000) into[at] = (into[at] as number) ^ (1 << ((draw >>> 20) & 7))
      else if (draw & 0x40000) length = Math.max(1, at)
      else into.copyWithin(at, at + 1, length)
    }
  }
  if (dice % 97 !== 0) into[length++] = 0x0a
  return length
}

const counts: Record<string, number> = {}
const decoder = decodeBytes({
  frame: ({ kind }) => {
    counts[kind] = (counts[kind] ?? 0) + 1
  },
})

// Without a collection, the heap says when the last one was.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heapMb = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 1e6
}

const scratch = Buffer.alloc(2048)
const tenth = Math.ceil(total / 10)
const seconds: number[] = []
const heaps: number[] = []
for (let part = 0; part < 10; part++) {
  const startMs = performance.now()
  for (let i = part * tenth; i < Math.min(total, (part + 1) * tenth); i++) {
    decoder.push(scratch.subarray(0, makeLine(i, scratch)))
  }
  seconds.push((performance.now() - startMs) / 1000)
  heaps.push(heapMb())
}
decoder.end()
console.log(`${total} lines, seed ${seed}: ${JSON.stringify(counts)}`)
console.log(`seconds a tenth: ${seconds.map((s) => s.toFixed(2)).join(' ')}`)
console.log(`heap after each tenth, MB: ${heaps.map((mb) => mb.toFixed(1)).join(' ')}`)
const slowest = Math.max(...seconds.slice(1)) / Math.min(...seconds.slice(1))
console.log(
  `slowest tenth over fastest: ${slowest.toFixed(2)}; heap last minus second: ${((heaps[9] as number) - (heaps[1] as number)).toFixed(1)} MB; 0 throws`,
)
