import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/container/${name}`, import.meta.url), 'utf8')

describe('the container', () => {
  it('has all that the program reads at run time', () => {
    const last =
      read('Containerfile')
        .split(/^FROM /m)
        .at(-1) ?? ''
    const copied = last.split('\n').filter((line) => line.startsWith('COPY '))
    for (const path of ['package.json', 'node_modules', 'bin', 'dist', 'firmware/ina219.hex']) {
      expect(copied.join('\n')).toContain(path)
    }
    // Beside package.json, where the mock board looks for its image.
    expect(last).toContain(' /app/firmware/')
  })

  it('asks for the port, rather than wait for a board that nobody has', () => {
    expect(read('compose.yaml')).toMatch(/INA219_PORT: "\$\{INA219_PORT:\?/)
  })
})
