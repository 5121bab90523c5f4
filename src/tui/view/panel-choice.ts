/** Which panels are shown, and how; changed only by `reducePanels`. */
export interface PanelChoice {
  readonly arrangement: 'auto' | 'overlay' | 'strips'
  /** The chart alone. */
  readonly expanded: boolean
  /** Of what span the statistics are that stand in the chart's place; null: the chart. */
  readonly statistics: StatisticsChoice | null
}

/** `1m`, `5m`, `15m`: up to now. `span`: that of the chart, also of a frozen one. */
export type StatisticsChoice = (typeof STATISTICS_CHOICES)[number]
const STATISTICS_CHOICES = ['1m', '5m', '15m', 'reset', 'span'] as const

export const INITIAL_PANELS: PanelChoice = {
  arrangement: 'auto',
  expanded: false,
  statistics: null,
}

export type PanelAction = 'arrange' | 'expand' | 'statistics'

/** What a change of the panels depends on besides themselves. */
export interface PanelContext {
  /** The curves are in a strip each at the moment. */
  readonly apart: boolean
}

/** The next choice. Pure. */
export function reducePanels(
  panels: PanelChoice,
  action: PanelAction,
  { apart }: PanelContext,
): PanelChoice {
  switch (action) {
    case 'arrange':
      return { ...panels, arrangement: apart ? 'overlay' : 'strips' }
    case 'expand':
      return { ...panels, expanded: !panels.expanded }
    case 'statistics':
      return { ...panels, statistics: nextChoice(panels) }
  }
}

/** After the last one comes the chart again. */
function nextChoice({ statistics }: PanelChoice): StatisticsChoice | null {
  const at = statistics === null ? -1 : STATISTICS_CHOICES.indexOf(statistics)
  return STATISTICS_CHOICES[at + 1] ?? null
}
