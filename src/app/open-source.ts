import { fstatSync, ReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileInput } from '../sources/file-input.ts'
import { AUTO, partsOf } from '../sources/formats/format-choice.ts'
import type { Relays } from '../sources/posted/relays.ts'
import type { Source } from '../sources/source.ts'
import type { SplitSource } from '../sources/split-source.ts'
import type { ProcessIo } from './io.ts'
import type { PartPlan, RelayPlan, SourcePlan } from './run-plan.ts'

/** What `openSource` opens, and each part of a source that several devices share. */
export async function openSources(
  plans: readonly (SourcePlan | PartPlan)[],
  io: ProcessIo,
): Promise<Source[]> {
  const shared = new Map<SourcePlan, SplitSource>()
  const sources: Source[] = []
  for (const plan of plans) {
    if (plan.kind !== 'part') {
      sources.push(await openSource(plan, io))
      continue
    }
    let split = shared.get(plan.of)
    if (split === undefined) {
      const { SplitSource } = await import('../sources/split-source.ts')
      split = new SplitSource(await openSource(plan.of, io), partsOf(plan.of.format ?? AUTO))
      shared.set(plan.of, split)
    }
    sources.push(split.parts[plan.part] as Source)
  }
  return sources
}

/**
 * Makes the source that a plan names; nothing is opened before `start`.
 *
 * @throws InaError device_absent: before a log is opened, or brought up to date, for a mistyped port
 */
export async function openSource(plan: SourcePlan, io: ProcessIo): Promise<Source> {
  switch (plan.kind) {
    case 'stdin': {
      const { StdinSource } = await import('../sources/stdin-source.ts')
      return new StdinSource(stdinOf(io), io.clock, plan.format)
    }
    case 'ingest': {
      const { PostedSource } = await import('../sources/posted/posted-source.ts')
      return new PostedSource(plan.name, io.clock, await openRelays(plan.relays))
    }
    case 'plc': {
      const { PlcSource } = await import('../sources/mc/plc-source.ts')
      return new PlcSource(plan.plan, { clock: io.clock, spread: plan.spread })
    }
    case 'stand-in': {
      const { StandIn } = await import('../../mock/energy-store/stand-in.ts')
      return new StandIn({ standsFor: plan.standsFor, clock: io.clock })
    }
    case 'mock': {
      const { MockSource } = await import('../../mock/source.ts')
      return new MockSource({ scenario: plan.scenario, seed: plan.seed, clock: io.clock })
    }
    case 'port': {
      const { SerialSource } = await import('../sources/serial/serial-source.ts')
      const source = new SerialSource({ ...plan, clock: io.clock })
      if (!plan.wait) await source.expectPresent()
      return source
    }
  }
}

/** Loaded only where there are some. */
async function openRelays(plan: RelayPlan | null): Promise<Relays | null> {
  if (plan === null) return null
  const { Relays } = await import('../sources/posted/relays.ts')
  if (plan.kind === 'virtual') {
    const { VirtualRelays } = await import('../sources/posted/virtual-relays.ts')
    return new Relays(new VirtualRelays())
  }
  const { HttpRelays } = await import('../sources/posted/http-relays.ts')
  return new Relays(new HttpRelays(plan.url))
}

/** Node reads a regular file as a `ReadStream`, which is slow; so it does a device, for which nobody may wait. */
function stdinOf({ stdin }: ProcessIo): Readable {
  const fd = stdin instanceof ReadStream && 'fd' in stdin ? stdin.fd : null
  return typeof fd === 'number' && fstatSync(fd).isFile() ? fileInput(fd) : stdin
}
