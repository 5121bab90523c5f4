#!/usr/bin/env node
'use strict'

// What a script asks before anything else, without loading anything else.
function printsVersion([word, ...others]) {
  if ((word !== '--version' && word !== '-V') || others.length > 0) return false
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`)
    return true
  } catch {
    // Nobody takes it: reported as all output is.
    return false
  }
}

if (!printsVersion(process.argv.slice(2))) require('../dist/ina219.js')
