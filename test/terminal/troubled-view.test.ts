import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectRestored, HEADER, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('a view that is slow, fails or ends', () => {
  it('answers keys while the view hangs, and quits at once', async () => {
    let terminal = screen.open(['--trouble=hang', '--at-once'])
    await terminal.waitFor(/waiting for the monitor/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
    terminal.dispose()
    terminal = screen.open(['--trouble=hang'])
    await wholeScreen(terminal)
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    // What was there last stays, and so do the keys.
    terminal.kill('SIGUSR2')
    terminal.press('z')
    await terminal.waitFor(/ 30 s overlay/)
    terminal.press('?')
    await terminal.waitFor(/key closes/)
    // As in a pager, the first one closes help.
    terminal.press('q')
    await terminal.waitFor((shown) => !shown.text.includes('key closes'))
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
  })

  it('shows the old chart until a slow trace of another span is there', async () => {
    const gate = join(screen.folder, 'gate')
    const terminal = screen.open(['--rate=50', `--trace-gate=${gate}`])
    await wholeScreen(terminal)
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    terminal.press('x')
    await terminal.waitFor((shown) => {
      // At no time is the plot empty.
      if (shown.text.includes(' 2 min ')) expect(shown.text).toMatch(/[\u2801-\u28ff]{3}/)
      return / 2 min overlay/.test(shown.text)
    })
    // The left half is older than the chart of a minute.
    const left = (): string =>
      terminal.lines
        .slice(5, 16)
        .map((line) => line.slice(8, 30))
        .join()
    await terminal.waitFor(() => !/[\u2801-\u28ff]/.test(left()))
    expect(terminal.text).toMatch(/[\u2801-\u28ff]{3}/)
    // Nothing is known of it yet, which must not look like a gap.
    await terminal.waitFor(() => /╱{20}/.test(left()))
    await terminal.waitFor(/ 2 min overlay .* reading ─┐/)
    writeFileSync(gate, '')
    await terminal.waitFor(() => /[\u2801-\u28ff]/.test(left()))
    await terminal.waitFor(({ text }) => !text.includes(' reading ') && !text.includes('╱'))
  })

  it('says that the view does not answer, and goes on when it does', async () => {
    const terminal = screen.open(['--trouble=fail'])
    await wholeScreen(terminal)
    terminal.kill('SIGUSR2')
    await terminal.waitFor(/the connection is gone/)
    terminal.kill('SIGUSR2')
    expect(terminal.lines[0]).toMatch(HEADER)
    await terminal.waitFor((shown) => !shown.text.includes('the connection is gone'))
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
  })

  it('asks the view for nothing while the monitor closes its log', async () => {
    const terminal = screen.open(['--hold'])
    await wholeScreen(terminal)
    terminal.press('q')
    terminal.press('+')
    await terminal.ended()
    expect(terminal.text).toMatch(/^ended resets=0 asked=0 /m)
  })
})
