// E-mails from templates: subject, HTML and text. The host's name and logo come in when the message is sent;
// the logo is part of the message, so that nothing is fetched when it is read.

import type { Message } from '../domain/emails.ts'
import type { Values } from '../domain/refusal.ts'
import type { Settings } from '../domain/settings.ts'
import { isKey, t } from './translate.ts'
import type { Views } from './views.ts'

/** A key is named as pages and the log name it: its bare name might be a person's. */
const named = <T extends Record<string, unknown>>(data: T): T =>
  data.byKey ? { ...data, by: t('actor.credential', { name: String(data.by) }) } : data

export function mailView(views: Views, readSettings: () => Promise<Settings>) {
  return {
    subject(template: string, data: Values): string {
      const key = `email.${template}.subject`
      if (!isKey(key)) throw new Error(`There is no subject for the e-mail ${template}.`)
      return t(key, named(data)).slice(0, 250)
    },
    body: async (template: string, data: Record<string, unknown>) => {
      return views.mail(template, { ...named(data), settings: await readSettings() })
    },
    /** With the logo, as a picture inside the message. */
    async complete(message: Message) {
      const settings = await readSettings()
      const [, contentType, content] = /^data:(image\/(?:png|jpeg));base64,(.+)$/.exec(settings.logo) ?? []
      const logo =
        contentType && content ? { contentType, content: Buffer.from(content, 'base64') } : undefined
      return { ...message, logo }
    },
  }
}
