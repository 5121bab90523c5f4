/**
 * Exports as plain values, set once the chunk has run: esbuild's getters of getters cost a fast pipe a fifth of its
 * time. Chunks import each other in no circle, so nobody looks earlier. What may have another value later keeps a getter.
 *
 * @param {string} code the chunk as esbuild makes CommonJS of it
 * @param {string} text the chunk before that, as esbuild prints a module
 * @returns {string}
 */
export function withPlainExports(code, text) {
  const GETTERS = /__export\((\w+_exports),\{([^}]*)\}\);module\.exports=__toCommonJS\(\1\);/
  const found = GETTERS.exec(code)
  if (found === null) {
    if (code.includes('module.exports=__toCommonJS(')) fail(code.slice(0, 200))
    return code
  }
  const members = found[2]
    .split(',')
    .filter(Boolean)
    .map((member) => {
      const [, name, local] = /^([\w$]+):\(\)=>([\w$.]+)$/.exec(member) ?? fail(member)
      return isFixed(local, text) ? `${name}:${local}` : `get ${name}(){return ${local}}`
    })
  return `${code.replace(found[0], '')};module.exports={${members.join(',')}};`
}

function fail(text) {
  throw new Error(`exports of a form that is not known: ${JSON.stringify(text)}`)
}

/**
 * Whether a name surely has the value that it is declared with, for ever. Not so: what another chunk exports, what is
 * declared without a value, or with others in one statement; an inner variable of that name counts as an assignment.
 */
function isFixed(name, text) {
  const own = name.replaceAll('$', '\\$')
  const declared = new RegExp(
    `^(?:(var|let|const) ${own} = |(?:async )?function\\*? ${own}\\(|class ${own}[ {])`,
    'm',
  ).exec(text)
  if (declared === null) return false
  const assigned = new RegExp(
    `(?<![\\w$.#])${own}(?: ?=(?![=>])|\\+\\+|--| (?:[-+*/%&|^?]{1,2}|>>>?|<<)=)|(?:\\+\\+|--)${own}(?![\\w$])`,
    'g',
  )
  return (text.match(assigned) ?? []).length === (declared[1] === undefined ? 0 : 1)
}
