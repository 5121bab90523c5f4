/** What zod says, as far as it is told. */
interface Issues {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[]
    readonly message: string
  }[]
}

/** The first thing that is wrong with what a client sent. @param whole what it is, where no part of it is to blame */
export function issueText({ issues }: Issues, whole: string): string {
  const [issue] = issues
  const where = issue?.path.join('.') ?? ''
  return `${where === '' ? whole : where}: ${issue?.message ?? 'is not valid'}`
}
