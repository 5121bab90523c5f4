// The licences of the packages that are bundled: their terms ask that the text goes along with the code.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const LICENSE = /^(licen[cs]e|copying)(\.(md|txt|mit))?$/i

/**
 * @param {string} root to which the paths of the metafiles are relative
 * @param metafiles of esbuild, of all bundles
 * @throws where a package does not even name its licence: it must not be bundled unseen
 */
export function licenseTexts(root, metafiles) {
  const folders = new Set()
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageOf(path)
        if (folder !== undefined && bytesInOutput > 0) folders.add(resolve(root, folder))
      }
    }
  }
  const texts = [...folders].map(textOf).sort()
  return `Packages that are part of this program, with their licences.\n\n${texts.join('\n')}`
}

/** The folder of the package that a file belongs to: the innermost one. */
function packageOf(path) {
  return /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
}

function textOf(folder) {
  const pkg = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => LICENSE.test(each))
  if (file === undefined && pkg.license === undefined) throw new Error(`${folder}: no licence`)
  // Some old packages do no more than name it.
  const text =
    file === undefined
      ? `The package has no file with its licence. Author: ${authorOf(pkg)}`
      : readFileSync(join(folder, file), 'utf8').trim()
  return `${pkg.name} ${pkg.version} (${pkg.license})\n${'-'.repeat(72)}\n${text}\n`
}

function authorOf({ author }) {
  return (typeof author === 'object' ? author.name : author) ?? 'not named'
}
