import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAddresses } from '../src/web/address-list.ts'

describe('addresses are read as they are pasted', () => {
  test.each([
    ['', []],
    [' \n ,;\t', []],
    ['dora@example.com', ['dora@example.com']],
    ['  dora@example.com\r\n', ['dora@example.com']],
    ['a@x.org,b@x.org; c@x.org d@x.org\r\ne@x.org\tf@x.org', 'abcdef'.split('').map((it) => `${it}@x.org`)],
    ['a@x.org、b@x.org；c@x.org，d@x.org', 'abcd'.split('').map((it) => `${it}@x.org`)],
    ['Dora Dow <dora@example.com>', ['dora@example.com']],
    ['Dora Dow < dora@example.com >, Fay<fay@example.com>', ['dora@example.com', 'fay@example.com']],
    ['"Dow, Dora; the 2nd" <dora@example.com>, fay@example.com', ['dora@example.com', 'fay@example.com']],
    ['"Dora <the 2nd>" <dora@example.com>', ['dora@example.com']],
    ['<"dora dow"@example.com>', ['"dora dow"@example.com']],
    ["'dora@example.com' <Dora@example.com>", ['Dora@example.com']],
    ['dora@example.com <dora@example.com>', ['dora@example.com']],
    ['a@x.org Dora Dow <dora@example.com> b@x.org', ['a@x.org', 'dora@example.com', 'b@x.org']],
    ['<a@x.org><b@x.org>', ['a@x.org', 'b@x.org']],
    ['Dora Dow\nFay Fox <fay@example.com>', ['Dora', 'Dow', 'fay@example.com']],
    ['dora@, Dora <dora>, a@x.org', ['dora@', 'dora', 'a@x.org']],
    ['"unclosed, a@x.org\nb@x.org"', ['"unclosed', 'a@x.org', 'b@x.org"']],
    ['<a@x.org, b@x.org', ['<a@x.org', 'b@x.org']],
    ['Nobody <>', []],
  ])('%j', (text, addresses) => expect(readAddresses(text)).toEqual(addresses))

  const address = fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,10}@[a-z][a-z0-9-]{0,8}\.[a-z]{2,4}$/)
  const word = fc.stringMatching(/^[A-Za-zäöüßéл]{1,8}$/)
  const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
  const quoted = fc.stringMatching(/^[^"\r\n]{0,20}$/).map((text) => `"${text}"`)
  const written = fc
    .tuple(address, fc.option(fc.oneof(name, quoted), { nil: undefined }))
    .map(([one, called]) => ({ one, text: called === undefined ? one : `${called} <${one}>` }))
  const separator = fc.constantFrom(',', ';', ', ', '\n', '\r\n', ' ;\t', ',\n', '\t')

  test('whatever stands between them and around them, none is lost and none is made up', () => {
    const lists = fc.array(fc.tuple(written, separator), { maxLength: 60 })
    fc.assert(
      fc.property(lists, (list) => {
        const text = list.map(([{ text }, between]) => text + between).join('')
        expect(readAddresses(text)).toEqual(list.map(([{ one }]) => one))
      }),
    )
  })

  test('any text at all gives pieces of itself, without spaces around them, and none that is empty', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.constantFrom('<', '>', '"', ',', ';', '\n', '@', 'a', ' ', "'"), { maxLength: 60 })
        .map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, (typed) => {
        for (const piece of readAddresses(typed)) {
          expect(piece).not.toBe('')
          expect(piece).toBe(piece.trim())
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('the longest and worst text that the form takes is read in no time', () => {
    const again = ['<', '"', '<"', '<>', 'a@', '"a" <b>'].map((it) => it.repeat(20_000).slice(0, 20_000))
    const closedTooLate = `${'<'.repeat(19_998)}\n>`
    for (const worst of [...again, closedTooLate, `${')'.repeat(19_980)}x <a@x.org>`]) {
      const begun = process.cpuUsage()
      readAddresses(worst)
      // Of the processor: others may keep it busy meanwhile.
      expect(process.cpuUsage(begun).user / 1000, worst.slice(0, 10)).toBeLessThan(200)
    }
  })
})
