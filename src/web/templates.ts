// Templates are files in views/, each known by its name from there on (`/includes/_icon`), so that a page which includes
// three hundred parts looks for none of them. Whoever answers requests compiles all of them first.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'

const VIEWS = fileURLToPath(new URL('../../views', import.meta.url))
const ENDING = '.eta'

// Mails have theirs twice, `.html.eta` and `.text.eta`, and are named by their whole file.
const isWhole = (name: string) => name.endsWith(ENDING)
const nameOf = (file: string) => `/${/\.(html|text)\.eta$/.test(file) ? file : file.slice(0, -ENDING.length)}`
const textOf = (name: string) => readFileSync(VIEWS + name + (isWhole(name) ? '' : ENDING), 'utf8')

class Templates extends Eta {
  override resolvePath = (name: string) => name
  override readFile = textOf

  compileAll(isOurs: (name: string) => boolean) {
    for (const file of readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter(isWhole)) {
      const name = nameOf(file)
      if (isOurs(name)) this.loadTemplate(name, textOf(name))
    }
  }
}

const isPlain = (name: string) => name.endsWith('.text.eta')

export function openTemplates(functionHeader: string) {
  const options = { views: VIEWS, cache: true, functionHeader }
  const html = new Templates(options)
  // In plain text every line break counts, but for the ones that tags leave behind.
  const plain = new Templates({ ...options, autoTrim: false })
  return {
    render: (name: string, data: object): string => (isPlain(name) ? plain : html).render(name, data),
    compileAll() {
      plain.compileAll(isPlain)
      html.compileAll((name) => !isPlain(name))
    },
  }
}
