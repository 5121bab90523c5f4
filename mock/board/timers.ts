import { AVRTimer, type CPU, timer0Config, timer1Config, timer2Config } from 'avr8js'

/** What avr8js 0.21.1 keeps private. */
interface TimerState {
  /** Catches up with the cycle counter; also its clock event. */
  readonly count: (reschedule?: boolean) => void
  /** Cycles of a tick, 0 while it stands. */
  readonly divider: number
  readonly tcnt: number
  readonly tcntUpdated: boolean
  readonly updateDivider: boolean
  readonly TOP: number
  /** 1 and 4: up and down */
  readonly timerMode: number
  /** Output compare, 0 while it drives no pin. */
  readonly compA: number
  readonly compB: number
}

/** Interrupts that TIMSK enables: on overflow, on compare. */
const TOIE = 0x01
const OCIE = 0x06
/** Longest step where nothing depends on the timer. */
const IDLE_TICKS = 255

/**
 * The three timers. avr8js has a clock event for every tick of each, which
 * takes most of the time of an idle program; here a timer that only overflows
 * has one for each overflow. `count` works out what has gone by, and is called
 * before anything that looks.
 */
export function addTimers(cpu: CPU): void {
  const extraCycles = new Map<() => void, () => number>()
  const addClockEvent = cpu.addClockEvent.bind(cpu)
  cpu.addClockEvent = (callback, cycles) =>
    addClockEvent(callback, cycles + (extraCycles.get(callback)?.() ?? 0))
  for (const config of [timer0Config, timer1Config, timer2Config]) {
    const timer = new AVRTimer(cpu, config) as unknown as TimerState
    extraCycles.set(timer.count, () => {
      if (timer.updateDivider || timer.tcntUpdated) return 0
      return (ticksAhead(timer, cpu.data[config.TIMSK] as number) - 1) * timer.divider
    })
    cpu.readHooks[config.TIFR] = () => {
      timer.count(false)
      return cpu.data[config.TIFR] as number
    }
    // Another mode or interrupt may make an earlier tick count.
    for (const register of [config.TIMSK, config.TCCRA]) {
      const hook = cpu.writeHooks[register]
      cpu.writeHooks[register] = (value, oldValue, address, mask) => {
        timer.count(false)
        const isDone = hook?.(value, oldValue, address, mask) ?? false
        if (!isDone) cpu.data[register] = value
        if (cpu.clearClockEvent(timer.count)) cpu.addClockEvent(timer.count, 1)
        return true
      }
    }
  }
}

/** Ticks to the next one that somebody can notice. */
function ticksAhead(timer: TimerState, interrupts: number): number {
  if (interrupts & OCIE || timer.compA !== 0 || timer.compB !== 0) return 1
  const isUpAndDown = timer.timerMode === 1 || timer.timerMode === 4
  if (isUpAndDown) return interrupts & TOIE ? 1 : IDLE_TICKS
  return Math.max(1, timer.TOP + 1 - timer.tcnt)
}
