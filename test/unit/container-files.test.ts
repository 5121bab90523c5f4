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

  it('lets serve be reached from outside, with a token that stays', () => {
    expect(read('Containerfile')).toMatch(
      /INA219_LISTEN=0\.0\.0\.0:8219 [\s\S]*INA219_TOKEN_FILE=\/data\/token\n[\s\S]*^EXPOSE 8219$/m,
    )
    const over = read('serve.yaml')
    expect(over).toContain('command: [serve]')
    expect(over).toContain('"127.0.0.1:8219:8219"')
    // Over `none` of the other file, with which no port could be published.
    expect(over).toContain('network_mode: bridge')
  })

  it('asks for the port, rather than wait for a board that nobody has', () => {
    expect(read('compose.yaml')).toMatch(/INA219_PORT: "\$\{INA219_PORT:\?/)
  })
})
