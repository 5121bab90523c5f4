import type { ServeParts } from '../parts.ts'
import type { SocketRoute } from '../socket-route.ts'
import { Answers } from './answers.ts'
import { VIEW_PATH } from './messages.ts'
import { SpanSaver } from './save/span-saver.ts'
import { ViewSession } from './view-session.ts'

/** A viewer whose connection broke without a word is let go after the second time, ms. */
const LIFE_MS = 30_000

/** Screens elsewhere: remote terminals and the web page. */
export function viewRoute({
  hub,
  log,
  access,
  view,
  version,
  clock,
  report,
}: ServeParts): SocketRoute {
  const sessions = new Set<ViewSession>()
  const monoMs = (): number => clock.monoMs()
  const saver = new SpanSaver(log?.file ?? null)
  const answers = new Answers(view, hub, saver, monoMs)
  let timer: NodeJS.Timeout | undefined
  const check = (): void => {
    for (const session of sessions) session.checkLife()
  }
  return {
    path: VIEW_PATH,
    accept: (socket, request) => {
      const session = new ViewSession(socket, request, { access, answers, version, monoMs, report })
      sessions.add(session)
      timer ??= setInterval(check, LIFE_MS)
      socket.on('close', () => {
        sessions.delete(session)
        if (sessions.size > 0) return
        clearInterval(timer)
        timer = undefined
        answers.rest()
      })
    },
    close: () => {
      for (const session of sessions) session.close()
      void saver.close()
    },
  }
}
