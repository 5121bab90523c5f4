/**
 * Every sample, loss and event in InfluxDB once, whatever is killed: a mock board on a pseudo-serial port that loses, corrupts and
 * doubles lines and restarts, a monitor of it, whose log goes to a real InfluxDB 1.6 by its own sink or by a `forward`
 * beside it. Each round kills one of these (SIGKILL) or stands the server still (SIGSTOP), at a random moment. At the end the rest is
 * sent, and the database compared with the log, digit by digit. Needs a build, and influxd.
 *
 * node bench/run.mjs sink-kills [kills] [samples a second]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { differences } from '../test/support/servers/influx-content.ts'
import { hasInfluxd, Influxd } from '../test/support/servers/influxd.ts'
import { SinkKills } from '../test/support/sink-kills-rig.ts'

const [kills = 60, rateHz = 200] = process.argv.slice(2).map(Number)
if (!hasInfluxd) {
  console.error('influxd is not installed')
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'ina219-bench-'))
const server = await Influxd.start({ folder: join(folder, 'influx') })
const seed = Date.now() % 1e6
const rig = new SinkKills({ folder, sinkUrl: server.sinkUrl(), rateHz, seed })
const killed = { monitor: 0, forward: 0, server: 0, 'server stood still': 0 }
try {
  await rig.begin()
  let isSending = true
  for (let round = 0; round < kills; round++) {
    await pause(200 + Math.random() * 2000)
    const dice = Math.random()
    if (dice < 0.25) {
      killed.server++
      await server.down('SIGKILL')
      await pause(Math.random() * 1500)
      await server.up()
    } else if (dice < 0.35) {
      killed['server stood still']++
      server.signal('SIGSTOP')
      await pause(Math.random() * 3000)
      server.signal('SIGCONT')
    } else if (dice < 0.6 && !isSending) {
      killed.forward++
      await rig.kill('forward')
      rig.forward()
    } else {
      killed.monitor++
      await rig.kill('monitor')
      if (!isSending) await rig.kill('forward')
      isSending = Math.random() < 0.5
      rig.monitor(isSending)
    }
  }
  const content = await rig.end()
  const found = await differences(server, content)
  const of = (kind: string): number => content.records.filter((each) => each.kind === kind).length
  console.log(
    `seed ${seed}, killed: ${JSON.stringify(killed)}: ${content.samples.length} samples (${content.samples.filter(({ late }) => late).length} late), ` +
      `${of('event')} events, ${of('loss')} losses, ${of('loss_gone')} taken back, ${of('run')} runs: ${found.length} differences`,
  )
  for (const each of found.slice(0, 20)) console.log(each)
  process.exitCode = found.length === 0 ? 0 : 1
} catch (error) {
  console.error(rig.said)
  throw error
} finally {
  rig.dispose()
  await server.down()
  rmSync(folder, { recursive: true, force: true })
}
