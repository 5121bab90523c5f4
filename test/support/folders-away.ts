import { afterAll } from 'vitest'
import { removeFolders } from './folder.ts'

// As a set-up file it counts for each test file, also where several share a process and its modules.
afterAll(removeFolders)
