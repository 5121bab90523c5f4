/** The room of a panel, in cells, and how it is drawn. */
export interface PanelArea {
  readonly width: number
  readonly height: number
  readonly look: Look
}

/** Which characters and how much colour the terminal takes. */
export interface Look {
  /** Printable ASCII only. */
  readonly ascii: boolean
  readonly colour: boolean
  readonly glyphs: Glyphs
}

export interface Glyphs {
  readonly barFull: string
  readonly barNegative: string
  readonly barEmpty: string
  readonly peak: string
  /** A limit within a bar. */
  readonly limit: string
  readonly horizontal: string
  readonly vertical: string
  readonly topLeft: string
  readonly topRight: string
  readonly bottomLeft: string
  readonly bottomRight: string
  readonly tickLeft: string
  readonly tickRight: string
  /** In the lower border, at a moment. */
  readonly tickDown: string
  readonly grid: string
  /** Of a line at a limit in the chart. */
  readonly limitLine: string
  /** A limit that is beyond the axis. */
  readonly above: string
  readonly below: string
  readonly cursor: string
  /** Of what is selected. */
  readonly shade: string
  /** Where nothing is known yet. */
  readonly unread: string
  readonly gap: string
  /** Nothing was recorded. */
  readonly absent: string
  /** A sample that was not measured. */
  readonly unmeasured: string
  readonly restart: string
  /** A mark that was set. */
  readonly marker: string
  /** A value that stood out. */
  readonly mark: string
  readonly ellipsis: string
}

const UNICODE: Glyphs = {
  barFull: '█',
  barNegative: '▒',
  barEmpty: '·',
  peak: '┃',
  limit: '╎',
  horizontal: '─',
  vertical: '│',
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  tickLeft: '┤',
  tickRight: '├',
  tickDown: '┴',
  grid: '·',
  limitLine: '╌',
  above: '↑',
  below: '↓',
  cursor: '│',
  shade: '░',
  unread: '╱',
  gap: '×',
  absent: '·',
  unmeasured: '?',
  restart: '↻',
  marker: '◆',
  mark: '▲',
  ellipsis: '…',
}

const ASCII: Glyphs = {
  barFull: '#',
  barNegative: '<',
  barEmpty: '.',
  peak: ':',
  limit: '!',
  horizontal: '-',
  vertical: '|',
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  tickLeft: '+',
  tickRight: '+',
  tickDown: '+',
  grid: '.',
  limitLine: '-',
  above: '^',
  below: '_',
  cursor: '|',
  shade: ':',
  unread: '/',
  gap: 'x',
  absent: '.',
  unmeasured: '?',
  restart: 'r',
  marker: '*',
  mark: '^',
  ellipsis: '~',
}

export function lookOf(options: { ascii: boolean; colour: boolean }): Look {
  return { ...options, glyphs: options.ascii ? ASCII : UNICODE }
}
