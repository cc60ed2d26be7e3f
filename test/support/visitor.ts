// A person with a browser that has no JavaScript: opens pages, follows links and submits forms by their
// labels, so that every story also proves working, labelled HTML.

import { type Cheerio, type CheerioAPI, load } from 'cheerio'
import supertest from 'supertest'

/** A file as one picks it: what it is called, and what is in it. */
export interface Picked {
  name: string
  bytes: Buffer
}

type Field = string | boolean | Picked
type Element = ReturnType<CheerioAPI> extends Cheerio<infer E> ? E : never

const REDIRECTS_MAX = 5

export class Visitor {
  status = 0
  /** Path and query of the page one is on. */
  path = ''
  html = ''
  headers: Record<string, string> = {}
  readonly appUrl: string
  readonly agent: ReturnType<typeof supertest.agent>
  #read: { html: string; $: CheerioAPI } | undefined

  constructor(appUrl: string, agent = supertest.agent(appUrl)) {
    this.appUrl = appUrl
    this.agent = agent
  }

  /** Another tab of the same browser. */
  newTab(): Visitor {
    return new Visitor(this.appUrl, this.agent)
  }

  /** What the browser keeps under this name. */
  cookie(name: string): string | undefined {
    const { hostname: domain } = new URL(this.appUrl)
    const access = { domain, path: '/', secure: false, script: false }
    return this.agent.jar.getCookie(name, access)?.value
  }

  /** The page, to be looked at: it is read once, so nothing may be changed on it. */
  get $(): CheerioAPI {
    if (this.#read?.html !== this.html) this.#read = { html: this.html, $: load(this.html) }
    return this.#read.$
  }

  /** What one reads on the page, in one line. */
  get text(): string {
    const body = this.$('body').clone()
    body.find('script, style').remove()
    return body.text().replace(/\s+/g, ' ').trim()
  }

  get title(): string {
    return this.$('h1').first().text().replace(/\s+/g, ' ').trim()
  }

  /** The flash or errors: sentences that answer what one just did. */
  get told(): string {
    return this.$('.flash, .field-error, .error-summary').text().replace(/\s+/g, ' ').trim()
  }

  async visit(path: string, headers: Record<string, string> = {}): Promise<this> {
    return this.#follow(await this.agent.get(path).set(headers), path)
  }

  /** Sends a form as no page would: for the bad input that a browser does not let through. */
  async post(
    path: string,
    body: Record<string, unknown> | string = {},
    headers: Record<string, string> = {},
  ) {
    const answer = await this.agent
      .post(path)
      .set({ Origin: this.appUrl, ...headers })
      .type('form')
      .send(body)
    return this.#follow(answer, path)
  }

  async follow(name: string): Promise<this> {
    const $ = this.$
    const link = $('a').filter((_, a) => named($, $(a)).includes(name))
    const href = link.first().attr('href')
    if (!href) throw new Error(`No link "${name}" on ${this.path}: ${this.text}`)
    return this.visit(href)
  }

  /** Presses a button after filling in its form: text by label; true or false for boxes and radio buttons. */
  async press(name: string, fields: Record<string, Field> = {}): Promise<this> {
    const $ = load(this.html)
    const button = $('button').filter(
      (_, b) => named($, $(b)).includes(name) && $(b).attr('disabled') === undefined,
    )
    const form = button.first().closest('form')
    if (!form.length) throw new Error(`No button "${name}" on ${this.path}: ${this.text}`)
    const files: [string, Picked][] = []
    for (const [label, value] of Object.entries(fields))
      if (typeof value === 'object') files.push([String(controlOf($, form, label).attr('name')), value])
      else fill($, form, label, value)
    const data = form.serialize()
    const method = button.attr('formmethod') ?? form.attr('method') ?? 'get'
    const action = button.attr('formaction') ?? form.attr('action') ?? this.path
    if (method === 'get') return this.visit(`${action.split('?')[0]}?${data}`)
    if (form.attr('enctype') === 'multipart/form-data') return this.#postMultipart(action, form, files)
    return this.post(action, data)
  }

  /** The value in the field with this label. */
  value(label: string): string {
    const $ = this.$
    return String(controlOf($, $('body'), label).val() ?? '')
  }

  async #postMultipart(action: string, form: Cheerio<Element>, files: [string, Picked][]) {
    let request = this.agent.post(action).set({ Origin: this.appUrl })
    for (const { name, value } of form.serializeArray()) request = request.field(name, value)
    for (const [field, { name, bytes }] of files) request = request.attach(field, bytes, name)
    return this.#follow(await request, action)
  }

  async #follow(answer: supertest.Response, from: string): Promise<this> {
    let [path, current] = [from, answer]
    for (let step = 0; current.status >= 300 && current.status < 400 && step < REDIRECTS_MAX; step++) {
      path = String(current.headers.location)
      current = await this.agent.get(path)
    }
    this.status = current.status
    this.path = path
    this.html = current.text ?? ''
    this.headers = current.headers
    return this
  }
}

/** What a control is called, and with what describes it: "Manage User", "Manage User: Bob Brown". */
const named = ($: CheerioAPI, element: Cheerio<Element>) => {
  const words = (one: Cheerio<Element>) => one.text().replace(/\s+/g, ' ').trim()
  return [words(element), `${words(element)}: ${words($(`[id="${element.attr('aria-describedby')}"]`))}`]
}

function controlOf($: CheerioAPI, within: Cheerio<Element>, label: string): Cheerio<Element> {
  const labels = within.find('label').filter((_, one) => wordsOf($, one) === label)
  const id = labels.first().attr('for')
  const control = within.find(`[id="${id}"]`)
  if (!id || !control.length) {
    const all = within.find('label').map((_, one) => wordsOf($, one))
    throw new Error(`No field "${label}" among: ${all.get().join(' | ')}`)
  }
  return control
}

/** A label's words, but for what is only an addition. */
function wordsOf($: CheerioAPI, label: Element): string {
  const copy = $(label).clone()
  copy.find('.optional, .face, .person-address, .tag').remove()
  return copy.text().replace(/\s+/g, ' ').trim()
}

function fill($: CheerioAPI, form: Cheerio<Element>, label: string, value: string | boolean) {
  const control = controlOf($, form, label)
  if (typeof value === 'string') return control.val(value)
  if (control.attr('type') === 'radio') form.find(`[name="${control.attr('name')}"]`).removeAttr('checked')
  if (value) control.attr('checked', '')
  else control.removeAttr('checked')
}
