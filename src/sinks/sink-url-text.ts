/** What can be said of the text of a sink without knowing its kind, or whether it is a sound one. */

/** Parameters of a query that must not be shown, whether or not there is one of that name; those that name a file may. */
const SECRET = /pass|token|secret|key|auth|cred/i
const NAMES_A_FILE = /-file$|^(?:ca|cert|key|sslrootcert|sslcert|sslkey)$/
const HIDDEN = '***'

/** The URL of a sink as it may be shown: what is, or looks, secret is left out. Of what is no URL nothing is shown. */
export function redacted(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return '(no URL)'
  }
  const { protocol, username, password, host, pathname, search, hash } = url
  // A password with a sign that had better be escaped: what stands in front of the last @ is not for a host.
  const at = text.lastIndexOf('@')
  if (hash !== '' || (pathname + search).includes('@')) {
    return `${protocol}//${HIDDEN}${at < 0 ? '' : text.slice(at)}`
  }
  const user = username + (password === '' ? '' : `:${HIDDEN}`)
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

/** @param text a sound one */
export function hasPassword(text: string): boolean {
  return new URL(text).password !== ''
}
