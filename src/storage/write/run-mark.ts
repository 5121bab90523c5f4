import type Database from 'better-sqlite3'

/**
 * How many batches of this run are in a log, kept in the log itself and in the
 * transaction that puts them there: one whose end could not be synced may have been
 * carried out all the same, and only the log knows.
 */
export class RunMark {
  /** SQLite's: for nothing else `node:crypto` would have to be loaded. */
  #run: string | null = null
  /** For the file that is open. */
  #set: Database.Statement | null = null

  /** Within the transaction. @param batches of this run that the log or a spill file has then */
  set(db: Database.Database, batches: number): void {
    if (this.#set?.database !== db) {
      this.#set = db.prepare(`INSERT OR REPLACE INTO meta VALUES ('written', ?)`)
    }
    this.#run ??= String(db.prepare('SELECT hex(randomblob(16))').pluck().get())
    this.#set.run(`${this.#run} ${batches}`)
  }

  /** As it was set last; 0 where this run has set none in that log. */
  read(db: Database.Database): number {
    const mark = db.prepare(`SELECT value FROM meta WHERE key = 'written'`).pluck().get()
    const [run, batches] = String(mark ?? '').split(' ')
    return run === this.#run ? Number(batches) : 0
  }
}
