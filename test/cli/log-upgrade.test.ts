import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { SCHEMA_VERSION } from '../../src/storage/file/schema.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLogV1 } from '../support/log-v1.ts'

/** What a permanent logger does with the log of another version. */
const RUN = ['monitor', '--mock', '--output', 'none', '--count', '5', '--retain', '3650d']

it('a log of an older version is gone on with: what was in it is exported as before', async () => {
  const db = join(temporaryFolder(), 'log.db')
  makeLogV1(db, 5000)
  const before = await ina219(['export', '--db', db])
  expect(before.code).toBe(0)
  expect((await ina219([...RUN, '--db', db])).code).toBe(0)
  const after = await ina219(['export', '--db', db])
  expect(after.stdout.startsWith(before.stdout)).toBe(true)
  expect(after.stdout.slice(before.stdout.length).trim().split('\n')).toHaveLength(5)
  const log = new Database(db, { readonly: true })
  expect(log.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
  log.close()
})

it('a log of a newer version stays as it is, whoever opens it, and says what to do', async () => {
  const db = join(temporaryFolder(), 'log.db')
  expect((await ina219([...RUN, '--db', db])).code).toBe(0)
  const log = new Database(db)
  log.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
  log.pragma('wal_checkpoint(TRUNCATE)')
  log.close()
  const bytes = readFileSync(db)
  for (const args of [RUN, ['history'], ['export']]) {
    const run = await ina219([...args, '--db', db])
    expect(run).toMatchObject({ code: 4, stdout: '' })
    expect(run.stderr).toContain(
      `was written by a newer ina219 (layout ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}); update ina219`,
    )
    expect(readFileSync(db).equals(bytes)).toBe(true)
  }
  // The newer version is back.
  const again = new Database(db)
  again.pragma(`user_version = ${SCHEMA_VERSION}`)
  again.close()
  expect((await ina219([...RUN, '--db', db])).code).toBe(0)
  expect((await ina219(['export', '--db', db])).stdout.trim().split('\n')).toHaveLength(11)
})
