/** What is used of a JSON schema (2020-12). */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly description?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** A schema as people write types: `{ v: number, a?: string[] }`, an object's members a line each. */
export function schemaText(of: object, indent = ''): string {
  const schema = of as Schema
  const several = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, '')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (several !== undefined) return several.map((each) => schemaText(each, indent)).join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map((e) => schemaText(e, indent)).join(' & ')
  const types = [schema.type ?? 'any'].flat()
  return types.map((type) => typeText(type, schema, indent)).join(' | ')
}

function typeText(type: string, schema: Schema, indent: string): string {
  if (type === 'array') {
    const items = schemaText(schema.items ?? {}, indent)
    return items.includes(' | ') && !items.includes('\n') ? `(${items})[]` : `${items}[]`
  }
  if (type === 'object') return objectText(schema, indent)
  const { minimum, maximum, format } = schema
  const range =
    minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}..${maximum ?? ''}`
  const fallback = schema.default === undefined ? '' : ` = ${JSON.stringify(schema.default)}`
  return `${type}${format === undefined ? '' : ` (${format})`}${range}${fallback}`
}

function objectText(schema: Schema, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = schema
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, own]) => {
    const mark = required.includes(name) ? '' : '?'
    const note = own.description === undefined ? '' : `  // ${own.description}`
    return `${inner}${name}${mark}: ${schemaText(own, inner)}${note}`
  })
  if (typeof additionalProperties === 'object') {
    lines.push(`${inner}[name]: ${schemaText(additionalProperties, inner)}`)
  }
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`
}
