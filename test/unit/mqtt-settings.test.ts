import { describe, expect, test } from 'vitest'
import type { MqttSettings } from '../../src/sinks/mqtt/mqtt-settings.ts'
import { levelOf, Topics } from '../../src/sinks/mqtt/topics.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { isInaError } from '../../src/util/errors.ts'

function settingsOf(url: string, env: NodeJS.ProcessEnv = {}): MqttSettings {
  return planSink(url, 0, env).settings as MqttSettings
}

function refusal(url: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    planSink(url, 0, env)
  } catch (error) {
    if (isInaError(error) && error.code === 'usage_invalid') return error.message
    throw error
  }
  return 'taken'
}

describe('the URL of a broker', () => {
  test('has sensible defaults, and a name without what is secret', () => {
    const env = { INA219_MQTT_USER: 'lab', INA219_MQTT_PASSWORD: 'horse' }
    const plan = planSink('mqtt://broker', 1, env)
    expect(plan).toMatchObject({ kind: 'mqtt', name: 'mqtt://broker:1883/' })
    expect(plan.settings).toMatchObject({
      host: 'broker',
      port: 1883,
      tls: null,
      user: 'lab',
      password: { text: 'horse' },
      version: 'auto',
      prefix: 'ina219',
      discovery: null,
      takesCommands: false,
    })
    const secret = planSink('mqtts://me:p%40ss@[::1]/?prefix=lab/x&commands=on&logger=pi', 1, env)
    expect(secret.name).toBe('mqtts://[::1]:8883/?prefix=lab/x')
    expect(secret.settings).toMatchObject({
      host: '::1',
      port: 8883,
      tls: { ca: null, cert: null, key: null },
      user: 'me',
      password: { text: 'p@ss' },
      prefix: 'lab/x',
      takesCommands: true,
      logger: 'pi',
    })
    expect(settingsOf('mqtt://b/?version=3.1.1&discovery=ha/x').discovery).toBe('ha/x')
  })

  test.each([
    ['mqtt:///', 'host'],
    ['mqtt://b/topic', 'path /topic'],
    ['mqtt://b/?prefix=a%2B', "can't begin a topic"],
    ['mqtt://b/?prefix=$SYS', "can't begin a topic"],
    ['mqtt://b/?prefix=a//b', "can't begin a topic"],
    ['mqtt://b/?discovery=%23', "can't begin a topic"],
    ['mqtt://b/?logger=a/b', 'no name for a topic'],
    ['mqtt://b/?version=4', 'version=4'],
    ['mqtt://b/?commands=yes', 'commands=yes'],
    ['mqtt://b/?ca=/nowhere.pem', "can't be read"],
    ['mqtts://b/?cert=/dev/null', 'needs its key'],
    ['mqtt://b/?cert=/dev/null&key=/dev/null', 'mqtts://'],
    ['mqtt://b/?retain=1', "'retain' means nothing"],
    ['mqtt://:secret@b/', 'no user'],
  ])('%s is refused', (url, what) => {
    expect(refusal(url)).toContain(what)
    expect(refusal(url)).not.toContain('secret')
  })
})

describe('names as levels of topics', () => {
  test('stay one level without wildcards, differ where they differ, and can be read back', () => {
    const names = [
      'bench-1',
      'mock:normal',
      '/dev/tty+USB#0',
      'Küche 2',
      'a%2Fb',
      'a/b',
      '$SYS',
      '\ufffd',
      '電池',
      '',
    ]
    const levels = names.map(levelOf)
    expect(new Set(levels).size).toBe(names.length)
    for (const [i, level] of levels.entries()) {
      expect(level).not.toMatch(/[\s/+#$\0]|^$/)
      if (names[i] !== '') expect(decodeURIComponent(level)).toBe(names[i])
    }
    expect(levelOf('bench-1')).toBe('bench-1')
    expect(levelOf('電池')).toBe('電池')
  })

  test('what is asked for is found in its topic', () => {
    const topics = new Topics('lab/x', 'pi')
    expect(topics.orderAt(topics.of('a/b', 'set'))).toEqual({ level: 'a%2Fb', output: null })
    expect(topics.orderAt(topics.setOutput('b', 'A'))).toEqual({ level: 'b', output: 'A' })
    for (const other of ['lab/x/b/set/result', 'lab/b/set', 'lab/x/b/output/A', 'lab/x/b/state']) {
      expect(topics.orderAt(other)).toBeNull()
    }
  })
})
