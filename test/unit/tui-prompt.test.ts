import { describe, expect, it } from 'vitest'
import { promptLines } from '../../src/tui/panels/prompt.ts'
import { type EditedLine, editLine, insertText, lineOf } from '../../src/tui/view/line-edit.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import {
  type Candidate,
  openPrompt,
  type Prompt,
  type PromptContext,
  pasted,
  promptAfter,
  remember,
  withProblem,
} from '../../src/tui/view/prompt.ts'
import { lineText, lineWidth } from '../../src/tui/view/styled.ts'

/** Presses keys: `a` types an a, `<left>` is a key by its name. */
function edited(line: EditedLine, keys: string): EditedLine {
  return (keys.match(/<[^>]+>|[\s\S]/g) ?? []).reduce<EditedLine>((before, key) => {
    const name = /^<(.+)>$/.exec(key)?.[1]
    return editLine(before, name ?? key, name === undefined ? key : null) ?? before
  }, line)
}

const text = (keys: string, begin = ''): string => {
  const { text: all, cursor } = edited(lineOf(begin), keys)
  return `${all.slice(0, cursor)}|${all.slice(cursor)}`
}

describe('a line that is edited', () => {
  it.each([
    ['interval=100', 'interval=100|'],
    ['abc<left><left>X', 'aX|bc'],
    ['abc<home>X<end>Y', 'XabcY|'],
    ['abc<C-a>X<C-e>Y', 'XabcY|'],
    ['abc<left><left><left><left>X', 'X|abc'],
    ['abc<right>X', 'abcX|'],
    ['abc<backspace>', 'ab|'],
    ['abc<home><backspace>', '|abc'],
    ['abc<home><delete>', '|bc'],
    ['abc<delete>', 'abc|'],
    ['ab cd<left><C-u>', '|d'],
    ['ab cd<home><right><C-k>', 'a|'],
    ['mark all is well<C-w>', 'mark all is |'],
    ['mark all is  <C-w><C-w>', 'mark |'],
    ['a<space>b', 'a b|'],
    ['a<f5><up>b', 'ab|'],
  ])('%s', (keys, wanted) => {
    expect(text(keys)).toBe(wanted)
  })

  it('takes characters of any length as one', () => {
    const family = '👨‍👩‍👧'
    expect(text('<left>x', `a${family}`)).toBe(`ax|${family}`)
    expect(text('<backspace>', `a${family}`)).toBe('a|')
    expect(text('<home><delete>', 'é' + 'b')).toBe('|b')
    expect(text('<backspace>', '電源')).toBe('電|')
    // As blessed hands it on: in two halves.
    expect([...'😀'].join('')).toBe('😀')
    const halves = '😀'
      .split('')
      .reduce((line, half) => editLine(line, half, half) ?? line, lineOf(''))
    expect(halves).toEqual(lineOf('😀'))
  })

  it('takes a paste as text, line breaks as blanks, and no file', () => {
    expect(insertText(lineOf('mark '), 'one\r\ntwo\x1b[2J\tq').text).toBe('mark one two [2J q')
    expect(insertText(lineOf(''), 'x'.repeat(9999)).text).toHaveLength(500)
  })

  it('knows no other control characters', () => {
    expect(editLine(lineOf('a'), 'C-b', '\x02')).toBeNull()
    expect(editLine(lineOf('a'), 'f5', null)).toBeNull()
  })
})

const WORDS = ['interval=', 'interval2', 'mode=', 'mark ']
const candidate = (word: string): Candidate => ({ text: word, form: word, about: `about ${word}` })
const context: PromptContext = {
  complete: ({ text: line, cursor }) => {
    const word = /\S*$/.exec(line.slice(0, cursor))?.[0] ?? ''
    return {
      from: cursor - word.length,
      candidates: WORDS.filter((each) => each.startsWith(word)).map(candidate),
    }
  },
  said: ['newest', 'older'],
}

function pressed(prompt: Prompt, ...keys: string[]): Prompt {
  return keys.reduce((before, key) => {
    const next = promptAfter(before, key, key.length === 1 ? key : null, context)
    if (next.kind !== 'open') throw new Error(`${key} ended it: ${next.kind}`)
    return next.prompt
  }, prompt)
}
const line = (prompt: Prompt): string => prompt.line.text

describe('the prompt', () => {
  it('closes on Esc and Ctrl-C, on Enter without a word, and on Backspace in front of nothing', () => {
    for (const key of ['escape', 'C-c', 'enter', 'backspace']) {
      expect(promptAfter(openPrompt(), key, null, context)).toEqual({ kind: 'closed' })
    }
    expect(promptAfter(openPrompt('a'), 'C-c', null, context)).toEqual({ kind: 'closed' })
    expect(line(pressed(openPrompt('a'), 'backspace'))).toBe('')
  })

  it('hands the line on with Enter', () => {
    const entered = promptAfter(openPrompt(' save '), 'enter', '\r', context)
    expect(entered).toEqual({ kind: 'entered', text: 'save' })
  })

  it('completes as far as all agree, then one after the other', () => {
    const once = pressed(openPrompt(), 'i', 'tab')
    expect(line(once)).toBe('interval')
    expect(once.menu).toBeNull()
    expect(line(pressed(once, 'tab'))).toBe('interval=')
    expect(line(pressed(once, 'tab', 'tab'))).toBe('interval2')
    expect(line(pressed(once, 'tab', 'tab', 'tab'))).toBe('interval=')
    expect(line(pressed(once, 'S-tab'))).toBe('interval2')
    // Another key takes what is there and goes on from it.
    const chosen = pressed(once, 'tab', '5')
    expect(line(chosen)).toBe('interval=5')
    expect(chosen.menu).toBeNull()
  })

  it('completes the only one whole, in the middle of a line, too', () => {
    expect(line(pressed(openPrompt(), 'm', 'o', 'tab'))).toBe('mode=')
    expect(line(pressed(openPrompt('mo interval=5'), 'home', 'right', 'right', 'tab'))).toBe(
      'mode= interval=5',
    )
    expect(line(pressed(openPrompt('xyz'), 'tab'))).toBe('xyz')
  })

  it('goes back through what was said, and to what was being written', () => {
    const back = pressed(openPrompt('new'), 'up', 'up', 'up')
    expect(line(back)).toBe('older')
    expect(line(pressed(back, 'down'))).toBe('newest')
    expect(line(pressed(back, 'down', 'down', 'down'))).toBe('new')
    expect(line(pressed(back, 'X'))).toBe('olderX')
  })

  it('remembers each line once, the newest first', () => {
    expect(remember(['b', 'a'], 'a')).toEqual(['a', 'b'])
    const many = Array.from({ length: 80 }, (_, i) => String(i))
    expect(many.reduce<readonly string[]>(remember, [])).toHaveLength(50)
  })

  it('forgets what was wrong with the line as soon as it is mended', () => {
    const wrong = withProblem(openPrompt('a'), 'no')
    expect(wrong.problem).toBe('no')
    expect(pressed(wrong, 'b').problem).toBe('')
    expect(pasted(wrong, 'q\nq').line.text).toBe('aq q')
  })
})

describe('the prompt on the screen', () => {
  const lines = (prompt: Prompt, width: number, height: number, ascii = true): string[] => {
    const area = { width, height, look: lookOf({ ascii, colour: false }) }
    const made = promptLines(prompt, context.complete(prompt.line), area)
    for (const each of made) expect(lineWidth(each)).toBe(width)
    expect(made.length).toBeLessThanOrEqual(Math.max(1, height / 2))
    return made.map(lineText)
  }

  it('has the candidates with their help above the line', () => {
    const shown = lines(openPrompt('i'), 60, 24)
    expect(shown).toEqual([
      expect.stringMatching(/^-- Tab completes, Enter does it, Esc closes -+$/),
      expect.stringMatching(/^ interval= +about interval= +$/),
      expect.stringMatching(/^ interval2 +about interval2 +$/),
      expect.stringMatching(/^:i +$/),
    ])
  })

  it('shows as many as there is room for, with the chosen one, and says where', () => {
    const chosen = pressed(openPrompt(), 'tab', 'tab', 'tab', 'tab')
    expect(lines(chosen, 60, 8).join('\n')).toMatch(/ 3-4 of 4 [\s\S]*mode=[\s\S]*mark/)
    expect(lines(openPrompt(), 60, 8).join('\n')).toMatch(/ 1-2 of 4 /)
  })

  it('says what is wrong, and keeps the line', () => {
    const shown = lines(withProblem(openPrompt('a b'), 'there is no a; did you mean b?'), 60, 15)
    expect(shown.slice(1)).toEqual([
      expect.stringMatching(/^ there is no a; did you mean b\? +$/),
      expect.stringMatching(/^:a b +$/),
    ])
  })

  it('is the line alone where there is no room, and its end where that is too long', () => {
    expect(lines(openPrompt('i'), 30, 5)).toEqual([expect.stringMatching(/^:i +$/)])
    expect(lines(openPrompt('mark 0123456789'), 10, 5)).toEqual(['~23456789 '])
    expect(lines(openPrompt('x'), 1, 1)).toHaveLength(1)
  })
})
