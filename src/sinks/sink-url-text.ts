/** What can be said of the text of a sink without knowing its kind, or whether it is a sound one. */

import { withoutScheme } from '../util/url-scheme.ts'

/** Parameters of a query that must not be shown, whether or not there is one of that name; those that name a file may. */
const SECRET = /pass|token|secret|key|auth|cred/i
const NAMES_A_FILE = /-file$|^(?:ca|cert|key|sslrootcert|sslcert|sslkey)$/
const HIDDEN = '***'

/** The URL of a sink as it may be shown: what is, or looks, secret is left out. Of what is no URL nothing is shown. */
export function redacted(text: string): string {
  if (withoutScheme(text) === null || !URL.canParse(text)) return '(no URL)'
  const { protocol, username, password, host, pathname, search, hash } = new URL(text)
  // A password with a sign that should have been escaped: what is in front of the last @ is no host.
  const at = text.lastIndexOf('@')
  const isPlace = host !== '' || !pathname.includes(':')
  if (hash !== '' || (pathname + search).includes('@') || !isPlace) {
    return `${protocol}//${HIDDEN}${at < 0 ? '' : text.slice(at)}`
  }
  // An @ in a user may stand where the : before a password belongs.
  const shown = username.includes('%40') ? HIDDEN : username
  const user = shown + (password === '' ? '' : `:${HIDDEN}`)
  return `${protocol}//${user === '' ? '' : `${user}@`}${host}${pathname}${shownQuery(search)}`
}

/** @param search with its `?` */
function shownQuery(search: string): string {
  const parts = search.split('&').map((part) => {
    const [name = ''] = part.split('=', 1)
    const isSecret = SECRET.test(name) && !NAMES_A_FILE.test(name)
    return isSecret ? `${name}=${HIDDEN}` : part
  })
  return parts.join('&')
}

/** Files that it names. @param text a sound one */
export function filesIn(text: string): string[] {
  const parameters = [...new URL(text).searchParams]
  return parameters.filter(([name]) => NAMES_A_FILE.test(name)).map(([, path]) => path)
}

/** The same URL without the files that it names. @param text a sound one */
export function withoutFiles(text: string): string {
  const url = new URL(text)
  for (const name of [...url.searchParams.keys()]) {
    if (NAMES_A_FILE.test(name)) url.searchParams.delete(name)
  }
  return url.href
}

/** @param text a sound one */
export function hasPassword(text: string): boolean {
  return new URL(text).password !== ''
}
