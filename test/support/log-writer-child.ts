/**
 * A program that writes to a log until it is killed. Tells on stdout each
 * sequence number up to which the log has said that all is durable.
 *
 * Arguments: database, URL of the worker, and `late`: each 50th sample comes 30 samples later.
 */
import type { SampleOrigin } from '../../src/domain/sample.ts'
import { openLog } from '../../src/storage/client/log-client.ts'

const [file = '', workerUrl = '', order = ''] = process.argv.slice(2)
const log = await openLog({ file, retainMs: 48 * 3_600_000 }, new URL(workerUrl))
const own = log.forDevice()
const point = log.loggedRuns[0]
const epoch = point?.epoch ?? own.begin('bench', 1, 1)
if (point !== undefined) own.epoch(epoch)
own.onCommitted((_epochId, seq) => process.stdout.write(`${seq}\n`))
let seq = point === undefined ? 0 : point.lastSeq + 1
const START_US = 1_795_000_000_000_000

const LATE_BY = 30
const isLate = (n: number): boolean => order === 'late' && n % 50 === 0

function append(n: number, origin: SampleOrigin): void {
  own.append({
    electric: true,
    extras: null,
    detail: null,
    timeUs: START_US + n * 1000,
    voltage: 5 + (n % 1000) / 1000,
    current: (n % 100) / 10_000,
    power: 1.5,
    seq: n,
    status: 'ok',
    epochId: epoch.id,
    gapBefore: false,
    origin,
  })
}

setInterval(() => {
  for (let i = 0; i < 40; i++, seq++) {
    if (!isLate(seq)) append(seq, 'live')
    if (isLate(seq - LATE_BY)) append(seq - LATE_BY, 'late')
  }
}, 2)
