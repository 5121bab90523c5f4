import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { noRequestFaults } from '../../mock/mc3e/request-faults.ts'
import { McServer } from '../../mock/mc3e/server.ts'
import { parseAddress } from '../../src/protocol/mc3e/address.ts'
import type { McCode } from '../../src/protocol/mc3e/fields.ts'
import { patternAt, patternMemory } from '../support/mc3e.ts'

/**
 * Clients that others wrote, where they are there: `melsec-connect` of npm (`INA219_TEST_MELSEC` names a folder that has it in its
 * node_modules), `pymcprotocol` of PyPI. The project depends on neither.
 */
const memory = patternMemory()
const servers: McServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function plc(code: McCode): Promise<{ server: McServer; port: number }> {
  const server = new McServer({ memory, code, faults: noRequestFaults(), seed: 1 })
  servers.push(server)
  return { server, port: await server.listen(0) }
}

const wordAt = (address: string): number => patternAt(parseAddress(address))
const signed = (word: number): number => (word << 16) >> 16
const bitAt = (address: string): boolean => memory.bit(parseAddress(address)) === 1

interface MelsecClient {
  setDebugLevel(level: string): void
  on(event: string, listener: () => void): void
  initiateConnection(options: object): void
  readItems(address: string, callback: (isBad: boolean, read: { value: unknown }) => void): void
  dropConnection(): void
}

function melsecConnect(): (new () => MelsecClient) | null {
  const folder = process.env['INA219_TEST_MELSEC'] ?? import.meta.dirname
  try {
    return createRequire(`${folder}/`)('melsec-connect/src/mcprotocol/mcprotocol.js') as never
  } catch {
    return null
  }
}

const Melsec = melsecConnect()

describe.skipIf(Melsec === null)('melsec-connect reads the mock', () => {
  it('in binary code, the one that it has', async () => {
    const { server, port } = await plc('binary')
    const client = new (Melsec as new () => MelsecClient)()
    client.setDebugLevel('NONE')
    const opened = new Promise<void>((resolve) => client.on('open', resolve))
    client.initiateConnection({
      host: '127.0.0.1',
      port,
      protocol: 'TCP',
      ascii: false,
      frame: '3E',
      plcType: 'Q',
      autoConnect: true,
    })
    await opened
    const read = (address: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client.readItems(address, (isBad, { value }) =>
          isBad ? reject(new Error(address)) : resolve(value),
        )
      })
    expect(await read('D100')).toBe(signed(wordAt('D100')))
    expect(await read('D100,960')).toEqual(
      Array.from({ length: 960 }, (_, i) => signed(wordAt(`D${100 + i}`))),
    )
    expect(await read('W1F')).toBe(signed(wordAt('W1F')))
    expect(await read('M32,40')).toEqual(Array.from({ length: 40 }, (_, i) => bitAt(`M${32 + i}`)))
    expect(await read('X1A')).toBe(bitAt('X1A'))
    client.dropConnection()
    expect(server.counts).toMatchObject({ refusals: 0, ignored: 0 })
  })
})

const python = promisify(execFile)
const hasPython = await python('python3', ['-c', 'import pymcprotocol']).then(
  () => true,
  () => false,
)

describe.skipIf(!hasPython)('pymcprotocol reads the mock', () => {
  it.each(['ascii', 'binary'] as const)('%s', async (code) => {
    const { server, port } = await plc(code)
    const program = `
import json, pymcprotocol
plc = pymcprotocol.Type3E()
plc.setaccessopt(commtype="${code}")
plc.connect("127.0.0.1", ${port})
words = plc.batchread_wordunits(headdevice="D100", readsize=960)
bits = plc.batchread_bitunits(headdevice="M10", readsize=33)
one, two = plc.randomread(word_devices=["D7", "W1F"], dword_devices=["D500", "ZR9"])
try:
    plc.batchread_wordunits(headdevice="D12287", readsize=2)
    refused = None
except pymcprotocol.mcprotocolerror.MCProtocolError as error:
    refused = error.errorcode
print(json.dumps([words, bits, one, two, refused]))
plc.close()`
    const { stdout } = await python('python3', ['-c', program])
    const double = (low: string, high: string): number => (wordAt(high) << 16) | wordAt(low)
    expect(JSON.parse(stdout)).toEqual([
      Array.from({ length: 960 }, (_, i) => signed(wordAt(`D${100 + i}`))),
      Array.from({ length: 33 }, (_, i) => (bitAt(`M${10 + i}`) ? 1 : 0)),
      [signed(wordAt('D7')), signed(wordAt('W1F'))],
      [double('D500', 'D501'), double('ZR9', 'ZR10')],
      '0xC056',
    ])
    expect(server.counts.ignored).toBe(0)
  })
})
