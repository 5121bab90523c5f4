/** Apart from what writes them: the options of a command name them without loading it. */
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const
/** A picture of the span in place of its rows. */
export const PICTURE_FORMAT = 'svg'
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
