import { afterAll, afterEach } from 'vitest'
import { cleanUp } from './cleanups.ts'
import { removeFolders } from './folder.ts'

// As a set-up file it counts for each test file, also where several share a process and its modules.
afterEach(cleanUp)
afterAll(removeFolders)
afterAll(() => {
  // The files behind it in this process would wait for ever.
  if ('clock' in setTimeout) throw new Error('a test has left timers that are not real')
})
