export type { Source, SourceSink } from '../device/source.ts'
