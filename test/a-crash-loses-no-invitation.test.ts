import { expect, test } from 'vitest'
import { freshDatabase } from './support/databases.ts'
import { folder, freePort, start } from './support/processes.ts'
import { startSmtp } from './support/smtp.ts'
import { Visitor } from './support/visitor.ts'

test('killed right after the answer, with the mail not sent: the next start sends it, once', async () => {
  const database = await freshDatabase(folder)
  const [port, mailPort] = [await freePort(), await freePort()]
  const settings = {
    PORT: String(port),
    DATABASE_URL: database.url,
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    MAIL_FROM: 'accounts@example.com',
  }
  const filled = start('crash', settings, 'src/cli/sample-data.ts')
  expect(await filled.ended).toBe(0)

  const first = start('crash', settings)
  await first.until('Latchkey is ready')
  const alice = new Visitor(`http://localhost:${port}`)
  await alice.visit('/login')
  await alice.press('Log in', { 'Email address': 'alice@example.com', Password: 'open-sesame-42' })
  const answer = await alice.agent
    .post('/account/users/invite')
    .set({ Origin: alice.appUrl })
    .type('form')
    .send({ email: 'dora@example.com' })
  first.child.kill('SIGKILL')
  expect(answer.status).toBe(303)
  await first.ended

  const smtp = await startSmtp({ port: mailPort })
  const second = start('crash', settings)
  await second.until('Latchkey is ready')
  // A claim that died with its process runs out after two minutes; what had failed waits one.
  await expect.poll(() => smtp.received.length, { timeout: 200_000, interval: 500 }).toBe(1)
  expect(smtp.received[0]?.to).toEqual(['dora@example.com'])
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  await database.drop()
}, 240_000)
