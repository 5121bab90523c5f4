/** What a browser keeps for the page. A browser that keeps nothing costs comfort, not the page. */

const TOKEN = 'ina219.token'

/** The token as long as the tab lives; null: none was entered. */
export function keptToken(): string | null {
  return read(() => sessionStorage.getItem(TOKEN))
}

export function keepToken(token: string | null): void {
  attempt(() => {
    if (token === null) sessionStorage.removeItem(TOKEN)
    else sessionStorage.setItem(TOKEN, token)
  })
}

/** What somebody chose, from visit to visit. */
export function keptChoice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
  const text = read(() => localStorage.getItem(`ina219.${name}`))
  return choices.find((each) => each === text) ?? otherwise
}

export function keepChoice(name: string, choice: string): void {
  attempt(() => localStorage.setItem(`ina219.${name}`, choice))
}

function read(get: () => string | null): string | null {
  try {
    return get()
  } catch {
    return null
  }
}

function attempt(set: () => void): void {
  try {
    set()
  } catch {
    // Private windows refuse, and so do full ones.
  }
}
