/**
 * Writes the figures of results.json into the documents, as each bench does with `--write`: after results of two
 * branches were merged.
 *
 * node bench/run.mjs figures
 */
import { writeFigures } from './support/figures.ts'
import { readResults } from './support/results.ts'

writeFigures(readResults())
