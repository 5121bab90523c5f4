import type { Context } from 'hono'
import { problem } from './problem.ts'
import { answerProblem, type WebApp } from './web.ts'

/** Answers what no route is for: another method than the path has, or no such path. */
export function answerUnrouted(app: WebApp, c: Context): Response {
  const methods = methodsAt(app, c.req.path)
  if (methods.length === 0) {
    return answerProblem(c, problem(404, 'not-found', `there is no ${c.req.path}`, 'see /api/docs'))
  }
  const allow = methods.join(', ')
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allow })
  c.header('Allow', allow)
  const message = `${c.req.path} has no ${c.req.method}`
  return answerProblem(c, problem(405, 'method-not-allowed', message, `it has ${allow}`))
}

function methodsAt(app: WebApp, path: string): string[] {
  const methods = new Set<string>()
  for (const route of app.routes) {
    if (route.method === 'ALL' || !patternOf(route.path).test(path)) continue
    methods.add(route.method)
    if (route.method === 'GET') methods.add('HEAD')
  }
  if (methods.size > 0) methods.add('OPTIONS')
  return [...methods]
}

function patternOf(route: string): RegExp {
  const parts = route.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : part.replaceAll(/[^\w-]/g, String.raw`\$&`)
  })
  return new RegExp(`^${parts.join('/')}$`)
}
