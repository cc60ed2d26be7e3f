// npm run admin:create: makes an admin. Asks at the prompt, or reads ADMIN_EMAIL, ADMIN_NAME,
// ADMIN_PASSWORD and ADMIN_ROLE (Full unless given) from the environment; never from arguments, which everyone on the machine can read.

import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { z } from 'zod'
import { readAdminFromEnvironment, readConfig } from '../config.ts'
import { createAdmin } from '../domain/admins.ts'
import { Refusal } from '../domain/refusal.ts'
import { fail, openHouse } from '../house.ts'
import { check, emailField, requiredLine } from '../web/form.ts'
import { t } from '../web/translate.ts'

const system = { kind: 'system' as const, id: null, name: 'admin:create', ip: '', entries: { next: 0 } }

/** What is typed is not shown while `hidden`. */
async function ask(question: string, hidden = false): Promise<string> {
  process.stdout.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const output = hidden ? silent : process.stdout
  const prompt = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY })
  const answer = await prompt.question('')
  prompt.close()
  if (hidden) process.stdout.write('\n')
  return answer
}

async function main() {
  const given = readAdminFromEnvironment()
  const email = check(emailField(), given.email ?? (await ask('Email address: ')), 'email')
  const name = check(requiredLine('field.missing'), given.name ?? (await ask('Name: ')), 'name')
  const typed = given.password ?? (await ask('Password: ', true))
  const password = check(z.string(), typed, 'password')
  const house = await openHouse(readConfig(), undefined, 'tool')
  try {
    const input = { email, name, password, role: given.role }
    await createAdmin(house.db, { ...system, requestId: randomUUID() }, input)
    console.log(`${name} can log in at ${house.config.appUrl}/admin with ${email}.`)
  } finally {
    await house.close()
  }
}

main().catch((error) => {
  if (!(error instanceof Refusal)) fail(error)
  console.error(t(error.key, error.values))
  process.exit(1)
})
