import { deviceAt } from '../../monitor/device-at.ts'
import type { Hub } from '../../monitor/hub.ts'
import { sendOutcomes } from '../../monitor/send-words.ts'
import type { View } from '../../monitor/view.ts'
import { drawnChannels } from './drawn-channels.ts'
import type { ClientMessage } from './messages.ts'
import type { SpanSaver } from './save/span-saver.ts'
import { SharedAnswers } from './shared-answers.ts'
import { toWire } from './wire.ts'

type Question = Exclude<ClientMessage, { type: 'token' }>

/** How old what several viewers share may be, ms: a screen draws ten pictures a second. */
const PICTURE_MS = 50
/** Statistics are costly, and a screen asks for them once a second. */
const STATISTICS_MS = 500

/** Answers questions with text, ready to be sent; the same one to all who ask the same. */
export class Answers {
  readonly #view: View
  readonly #hub: Hub
  readonly #saver: SpanSaver
  readonly #shared: SharedAnswers

  constructor(view: View, hub: Hub, saver: SpanSaver, monoMs: () => number) {
    this.#view = view
    this.#hub = hub
    this.#saver = saver
    this.#shared = new SharedAnswers(monoMs)
  }

  /** @throws InaError as the methods of `View` */
  async answer({ ask, request }: Question): Promise<string> {
    const view = this.#view
    switch (ask) {
      case 'snapshot':
        return this.#share(ask, request, PICTURE_MS, () => view.snapshot(request.device))
      case 'trace':
        return this.#share(ask, request, PICTURE_MS, async () => {
          const trace = await view.trace(request)
          return drawnChannels(trace, deviceAt(this.#hub.devices, request.device).state.channels)
        })
      case 'statistics':
        return this.#share(ask, request, STATISTICS_MS, () => view.statistics(request))
      case 'find':
        return toWire(await view.find(request))
      case 'burst':
        return toWire(await view.burst(request.device))
      case 'save':
        return this.#saver.save(request)
      case 'control':
        return this.#changed(await view.control(request))
      case 'send':
        return this.#changed(await sendOutcomes(this.#hub, request.device, request.words))
    }
  }

  /** Nobody watches any more. */
  rest(): void {
    this.#shared.clear()
  }

  /** Who has changed something sees it at once. */
  #changed(answer: unknown): string {
    this.#shared.clear()
    return toWire(answer)
  }

  #share(
    ask: string,
    request: object,
    holdMs: number,
    answer: () => Promise<unknown>,
  ): Promise<string> {
    // The schemas give each request its members in one order.
    const key = ask + JSON.stringify(request)
    return this.#shared.answer(key, holdMs, async () => toWire(await answer()))
  }
}

/** Whether the log may have to be read, by a thread that all share. */
export function isCostly({ ask }: Question): boolean {
  return ask === 'trace' || ask === 'statistics' || ask === 'find' || ask === 'save'
}
