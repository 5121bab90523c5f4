/** A mock that prints frames; how many is for the configuration to say. */
export const MOCK = ['mock', '--rate', 'max', '--start', '1790000000', '--plain-frames']

/** A monitor of what it is fed. */
export const STDIN = ['monitor', '--stdin', '--output', 'plain', '--no-log']
export const FRAME = '{"v":5,"a":0.1,"seq":0}\n'

/** How many lines were printed. */
export const lines = (stdout: string): number =>
  stdout.split('\n').filter((line) => line !== '').length
