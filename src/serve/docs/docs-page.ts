import type { OpenApiDocument } from './openapi.ts'
import { schemaText } from './schema-text.ts'

type Paths = NonNullable<OpenApiDocument['paths']>
type Operation = NonNullable<Paths[string]['get']>

/** The document of the API as a page that can be read: no script, nothing from elsewhere. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [{ path, method: method.toUpperCase(), operation }]
    }),
  )
  const contents = operations.map(
    ({ path, method }) =>
      `<li><a href="#${idOf(method, path)}"><b>${method}</b> ${html(path)}</a></li>`,
  )
  const sections = operations.map(({ path, method, operation }) => section(method, path, operation))
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<section id="schema-${html(name)}"><h3>${html(name)}</h3><pre>${html(schemaText(schema))}</pre></section>`,
  )
  const { title, version, description = '' } = document.info
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(title)} API</title><link rel="stylesheet" href="docs.css"></head>
<body><header><h1>${html(title)} API <small>${html(version)}</small></h1>${paragraphs(description)}
<p><a href="v1/openapi.json">openapi.json</a></p></header>
<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>
<main>${sections.join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</main></body></html>
`
}

function section(method: string, path: string, operation: Operation): string {
  const { summary = '', description = '', security } = operation
  const token = security === undefined ? '' : ' <em>needs the token</em>'
  return `<section id="${idOf(method, path)}"><h2><b>${method}</b> ${html(path)}${token}</h2>
<p>${inline(summary)}.</p>${paragraphs(description)}${parameters(operation)}${body(operation)}${answers(operation)}</section>`
}

function parameters({ parameters = [] }: Operation): string {
  const rows = parameters.flatMap((each) => {
    if (!('name' in each)) return []
    const schema = each.schema ?? {}
    const text = each.description ?? ('description' in schema ? schema.description : '') ?? ''
    const name = `${html(each.name)}${each.required === true ? '' : '?'}`
    return [
      `<tr><td><code>${name}</code></td><td><code>${html(schemaText(schema))}</code></td><td>${inline(text)}</td></tr>`,
    ]
  })
  if (rows.length === 0) return ''
  return `<table><thead><tr><th>parameter</th><th>type</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function body({ requestBody }: Operation): string {
  if (requestBody === undefined || !('content' in requestBody)) return ''
  const content = Object.entries(requestBody.content)
  return content
    .map(([type, { schema }]) => `<h3>Body, ${html(type)}</h3>${typed(schema)}`)
    .join('')
}

function answers({ responses = {} }: Operation): string {
  const rows = Object.entries(responses).map(([status, answer]) => {
    const of = answer as { description?: string; content?: Record<string, { schema?: object }> }
    const contents = Object.entries(of.content ?? {}).map(
      ([type, { schema }]) => `<div><code>${html(type)}</code> ${typed(schema)}</div>`,
    )
    return `<tr><td>${html(status)}</td><td>${inline(of.description ?? '')}${contents.join('')}</td></tr>`
  })
  return `<table><thead><tr><th>answer</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

/** A schema that has a name is shown once, at the end. */
function typed(schema: object | undefined): string {
  if (schema === undefined) return ''
  const text = schemaText(schema)
  if (/^\w+$/.test(text) && '$ref' in schema) return `<a href="#schema-${text}">${text}</a>`
  return text.includes('\n') ? `<pre>${html(text)}</pre>` : `<code>${html(text)}</code>`
}

function idOf(method: string, path: string): string {
  return `${method.toLowerCase()}${path.replaceAll(/\W+/g, '-')}`
}

function paragraphs(text: string): string {
  if (text === '') return ''
  return text
    .split('\n\n')
    .map((each) => `<p>${inline(each)}</p>`)
    .join('')
}

/** Words between backticks are code. */
function inline(text: string): string {
  return html(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export const DOCS_STYLE = `:root{color-scheme:light dark;--line:#8886;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1rem}
h1 small,em{font-weight:400;font-size:.85rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow-x:auto;padding:.75rem;background:var(--soft)}
table{border-collapse:collapse;width:100%;margin:.75rem 0}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
td:first-child{white-space:nowrap}nav ul{list-style:none;padding:0;columns:20rem}
`
